import type { Clock, Flags } from "../../src/control/ports.ts";
import { createFlags } from "../../src/unleash/flags.ts";
import { createSightings } from "../../src/unleash/sightings.ts";
import { createAdminApi } from "../simulation/peers/admin-api.ts";
import { type FakeFlags, createFakeFlags } from "../support/fake-flags.ts";
import { fakeStrategy } from "../support/fake-flag-edits.ts";
import { manualClock } from "../support/manual-clock.ts";
import { flagTarget } from "../support/flag-target.ts";
import type { FlagWorld } from "./flag-world.ts";
import { flagsContract } from "./flags.contract.ts";
import { unleashFacts } from "./unleash-facts.contract.ts";

const KIM = { name: "kim", userId: 3 };

const ELSEWHERE = "development";

flagsContract("the fake of Unleash", () => makeWorld(({ flags }) => flags));
unleashFacts("the fake of Unleash", () => makeWorld(({ flags }) => flags));
flagsContract("the fake of Unleash over its API", () => makeWorld(overItsApi));
unleashFacts("the fake of Unleash over its API", () => makeWorld(overItsApi));

/** The adapter of the service in front of it; of rights and change requests the fake knows nothing but at the port. */
function overItsApi(fake: FakeFlags, clock: Clock): Flags {
  const servers = { [flagTarget().server]: createAdminApi(fake, () => undefined) };
  return {
    ...createFlags({ servers, clock, sightings: createSightings() }),
    preflight: (target) => fake.flags.preflight(target),
  };
}

function makeWorld(reach: (fake: FakeFlags, clock: Clock) => Flags): Promise<FlagWorld> {
  const clock = manualClock();
  const fake = createFakeFlags(clock);
  fake.faults.segments = [["pilots", 7]];
  const world: FlagWorld = {
    flags: reach(fake, clock),
    viewerFlags: fake.flagsAs({ name: "viewer", userId: 4 }, false),
    served: fake.served,
    colleague: { id: KIM.userId, name: KIM.name },
    elsewhere: ELSEWHERE,
    addFlag(name, rollout) {
      fake.addFlag({ name, environment: ELSEWHERE, enabled: false, strategies: [] });
      fake.addFlag({ name, strategies: [fakeStrategy({ rollout: String(rollout), groupId: name })] });
      return Promise.resolve(flagTarget({ name }));
    },
    byHand(target) {
      const person = fake.person(KIM, target);
      return {
        set: (id, rollout) => Promise.resolve(person.set(rollout, id)),
        regroup: (id, groupId) => Promise.resolve(person.change({ groupId }, id)),
        addStrategy: (title) => Promise.resolve(person.addStrategy({ title, rollout: "100" })),
        removeStrategy: (id) => Promise.resolve(person.removeStrategy(id)),
        disable: (id) => Promise.resolve(person.change({ disabled: true }, id)),
        off: () => Promise.resolve(person.off()),
        on: () => Promise.resolve(person.on()),
        archive: () => Promise.resolve(person.archive()),
        revive: () => Promise.resolve(person.revive()),
      };
    },
    whole: (target) => Promise.resolve(fake.state(target)),
    stop(on) {
      fake.faults.stopSwitch = on ? "on" : "off";
      return Promise.resolve();
    },
    suspend() {
      fake.faults.down = true;
      fake.faults.servedUnknown = true;
    },
    resume() {
      fake.faults.down = false;
      fake.faults.servedUnknown = false;
    },
    pass: () => Promise.resolve(clock.advance(500)),
  };
  return Promise.resolve(world);
}

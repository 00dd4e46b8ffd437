import { createFakeFlags } from "../support/fake-flags.ts";
import { fakeStrategy } from "../support/fake-flag-edits.ts";
import { manualClock } from "../support/manual-clock.ts";
import { flagTarget } from "../support/flag-target.ts";
import { flagsContract, type FlagWorld } from "./flags.contract.ts";

const KIM = { name: "kim", userId: 3 };

flagsContract("the fake of Unleash", () => {
  const clock = manualClock();
  const fake = createFakeFlags(clock);
  const world: FlagWorld = {
    flags: fake.flags,
    viewerFlags: fake.flagsAs({ name: "viewer", userId: 4 }, false),
    served: fake.served,
    colleague: { id: KIM.userId, name: KIM.name },
    addFlag(name, rollout) {
      fake.addFlag({ name, strategies: [fakeStrategy({ rollout: String(rollout), groupId: name })] });
      return Promise.resolve(flagTarget({ name }));
    },
    byHand(target) {
      const person = fake.person(KIM, target);
      return {
        set: (id, rollout) => Promise.resolve(person.set(rollout, id)),
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
});

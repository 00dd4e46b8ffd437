import type { RampartClient } from "./rampart.ts";
import type { Service } from "./services.ts";
import type { Stage } from "./stage.ts";

/** Everything one scene plays with: the world, the service of its shop, and the people in it. */
export type Cast = Stage &
  Service & {
    /** The person who starts ramps, those who approve and adopt, and a machine. */
    readonly lead: RampartClient;
    readonly leadToken: string;
    readonly second: RampartClient;
    readonly third: RampartClient;
    readonly pipeline: RampartClient;
  };

/** Tokens are made for each scene: each has its own share of what the service answers in a minute. */
export async function castFor(stage: Stage, shop: string): Promise<Cast> {
  const service = stage.serviceOf(shop);
  const { rampart } = service;
  const leadToken = await rampart.personToken("release-lead");
  return {
    ...stage,
    ...service,
    leadToken,
    lead: rampart.as(leadToken),
    second: rampart.as(await rampart.personToken("second-manager")),
    third: rampart.as(await rampart.personToken("third-manager")),
    pipeline: rampart.as(await rampart.machineToken("pipeline")),
  };
}

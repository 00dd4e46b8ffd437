import { lookup as systemLookup, type LookupAddress } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

export const FORBIDDEN_ADDRESS = "ERR_FORBIDDEN_ADDRESS";

// Private networks are where Prometheus and Unleash live, so they are allowed. What is refused are the addresses
// under which clouds hand a machine its own credentials, and the link-local ranges they are usually part of.
const forbidden = new BlockList();
forbidden.addSubnet("169.254.0.0", 16, "ipv4");
forbidden.addSubnet("fe80::", 10, "ipv6");
forbidden.addAddress("fd00:ec2::254", "ipv6"); // Amazon
forbidden.addAddress("fd20:ce::254", "ipv6"); // Google
forbidden.addAddress("100.100.100.200", "ipv4"); // Alibaba
forbidden.addAddress("168.63.129.16", "ipv4"); // Azure
forbidden.addAddress("192.0.0.192", "ipv4"); // Oracle

/** Whether an IP address, also an IPv4 one written as IPv6, must never be connected to. A name is not an address. */
export function isForbiddenAddress(address: string): boolean {
  const [bare = address] = address.split("%");
  const version = isIP(bare);
  if (version === 0) return false;
  return forbidden.check(bare, version === 4 ? "ipv4" : "ipv6");
}

export function forbiddenAddressError(host: string): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(`${host} is a link-local or metadata address`);
  error.code = FORBIDDEN_ADDRESS;
  return error;
}

/**
 * Resolves a name for one connection. The socket connects to exactly what was checked here, so a name that changes
 * its address between two look-ups gains nothing. One forbidden address among several condemns the name.
 */
export function guardedLookup(resolve: LookupFunction = systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, options, (error, address, family) => {
      if (error !== null) return callback(error, address, family);
      if (addressesOf(address).some(isForbiddenAddress)) {
        return callback(forbiddenAddressError(hostname), address, family);
      }
      return callback(null, address, family);
    });
  };
}

function addressesOf(answer: string | readonly LookupAddress[]): readonly string[] {
  return typeof answer === "string" ? [answer] : answer.map((each) => each.address);
}

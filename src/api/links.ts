/** Addresses people can open. They are built from the configured public URL, never from what a request says its host is. */
export function decisionUrl(publicUrl: string, decision: string): string {
  return `${base(publicUrl)}/d/${encodeURIComponent(decision)}`;
}

export function gateUrl(publicUrl: string, gate: string): string {
  return `${base(publicUrl)}/v1/gates/${encodeURIComponent(gate)}`;
}

function base(publicUrl: string): string {
  return publicUrl.replace(/\/+$/, "");
}

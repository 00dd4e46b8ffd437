export type OrderLine = { readonly sku: string; readonly quantity: number };

/** An order as it travels from the storefront onwards. */
export type OrderBody = {
  readonly ref: string;
  readonly channel: string;
  readonly currency: string;
  readonly amountMinor: number;
  readonly lines: readonly OrderLine[];
};

export type Swap = { readonly file: string; readonly from: string; readonly to: string };
export const plantedBugs: Readonly<Record<string, readonly Swap[]>>;

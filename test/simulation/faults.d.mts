export const faultNames: readonly string[];

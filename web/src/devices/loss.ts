// How much of what a camera sends was lost on its way in the last minute. From one percent on pictures tear or stand still.
const MUCH_PCT = 1;

export const losesMuch = (lossPct: number | null | undefined): boolean => (lossPct ?? 0) >= MUCH_PCT;

/** Empty: not known. */
export const lossWords = (lossPct: number | null | undefined): string => (lossPct === null || lossPct === undefined ? '' : `${lossPct} %`);

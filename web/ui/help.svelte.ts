/** The city's help line, as the server tells it; every error shows it. */

/** Number and hours of the help line. */
export interface HelpLine {
  readonly phone: string | null;
  readonly hours: { readonly fr: string; readonly en: string } | null;
}

let line = $state.raw<HelpLine>({ phone: null, hours: null });

/** The help line; without a number the words say: the number printed on the letter. */
export function helpLine(): HelpLine {
  return line;
}

/** Sets the help line once the city is known. */
export function setHelpLine(next: HelpLine): void {
  line = next;
}

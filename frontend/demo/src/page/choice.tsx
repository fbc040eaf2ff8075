interface Props<Option extends string> {
  legend: string;
  className?: string;
  isBusy?: boolean;
  value: Option;
  options: Option[];
  labelOf: (option: Option) => string;
  onChange: (option: Option) => void;
}

/** One of several, as buttons. */
export function Choice<Option extends string>({
  legend,
  className = "choice",
  isBusy = false,
  value,
  options,
  labelOf,
  onChange,
}: Props<Option>) {
  return (
    <fieldset className={className} aria-busy={isBusy}>
      <legend className={className === "choice" ? "hidden" : undefined}>{legend}</legend>
      {options.map((option) => (
        <label key={option}>
          <input
            type="radio"
            name={legend}
            value={option}
            checked={option === value}
            onChange={() => onChange(option)}
          />
          <span>{labelOf(option)}</span>
        </label>
      ))}
    </fieldset>
  );
}

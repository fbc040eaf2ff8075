import { useEffect, useRef } from "react";

import type { PageTexts } from "./texts.ts";
import type { Lane, Mark, Verdict } from "./timeline.ts";

interface Props {
  texts: PageTexts;
  marks: Mark[];
  verdict: Verdict;
}

const LANES: Lane[] = ["browser", "pluggy", "backend"];
/** How near to its end the list is for new marks to keep it there, in pixels. */
const NEAR = 80;

/** What happened, as a sequence diagram. */
export function Timeline({ texts, marks, verdict }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const isAtEnd = useRef(true);
  const top = useRef(0);
  useEffect(() => {
    const { current } = list;
    if (current && isAtEnd.current) current.scrollTop = current.scrollHeight;
  }, [marks.length]);

  const said = texts.verdicts[verdict];
  return (
    <section className="timeline" aria-labelledby="timeline-title">
      <h2 id="timeline-title">{texts.timeline}</h2>
      <p className="verdict" data-verdict={verdict} role="status">
        {said}
      </p>
      <div className="lanes" aria-hidden="true">
        <span />
        {LANES.map((lane) => (
          <span key={lane}>{texts.lanes[lane]}</span>
        ))}
      </div>
      {marks.length === 0 && (
        <ol className="first-steps">
          {texts.firstSteps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      )}
      <ol
        ref={list}
        className="marks"
        tabIndex={marks.length > 0 ? 0 : undefined}
        aria-label={texts.timeline}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          // Only a person scrolls back. New marks move the end away.
          if (scrollTop < top.current) isAtEnd.current = false;
          if (scrollHeight - scrollTop - clientHeight < NEAR) isAtEnd.current = true;
          top.current = scrollTop;
        }}
      >
        {marks.map((mark) => (
          <MarkView key={mark.id} mark={mark} texts={texts} />
        ))}
      </ol>
      <ul className="legend">
        {(["callback", "webhook", "missing", "fetch", "request", "bus", "row"] as const).map((kind) => (
          <li key={kind} data-kind={kind}>
            <i aria-hidden="true" />
            {texts.kinds[kind]}
          </li>
        ))}
      </ul>
    </section>
  );
}

function MarkView({ mark, texts }: { mark: Mark; texts: PageTexts }) {
  const { kind, from, to, name, detail, count } = mark;
  const path = to ? texts.fromTo(texts.lanes[from], texts.lanes[to]) : texts.lanes[from];
  const what = texts.marks[kind]?.(name) ?? name;
  return (
    <li className="mark" data-kind={kind} data-from={from} data-to={to}>
      <time dateTime={new Date(mark.at).toISOString()}>{texts.timeOf(new Date(mark.at))}</time>
      <span className="hidden">
        {path}: {texts.kinds[kind]}{" "}
      </span>
      <span className="where">
        <span className="label">
          {what}
          {detail && <small>{detail}</small>}
          {count > 1 && <small>×{count}</small>}
        </span>
        <i aria-hidden="true" />
      </span>
    </li>
  );
}

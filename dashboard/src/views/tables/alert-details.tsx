import type { Row } from "../../api/reads.ts";
import { adviceFor, fieldOf, listFields, namesIn } from "../../format/words.ts";

/** One alert in full: why it came out as it did, how it was read, what was answered. */
export function AlertDetails({ alert }: { alert: Row<"list_alerts"> }) {
  const { code, request, answer } = alert;
  const advice = adviceFor(code);
  const ignored = namesIn(request, "ignored");
  return (
    <div class="details">
      {code !== null && (
        <section>
          <h3>Why it was refused</h3>
          <p>
            <strong>{code}</strong>: {fieldOf(answer, "message")}
          </p>
          {advice !== null && <p>{advice}</p>}
        </section>
      )}
      {ignored.length > 0 && (
        <section>
          <h3>What was not understood</h3>
          <p>{ignored.join(", ")}</p>
        </section>
      )}
      <section>
        <h3>How it was read</h3>
        <dl class="fields">
          {listFields(request).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section>
        <h3>What was answered</h3>
        <pre tabIndex={0} role="region" aria-label="Answer">{JSON.stringify(answer, null, 2)}</pre>
      </section>
    </div>
  );
}

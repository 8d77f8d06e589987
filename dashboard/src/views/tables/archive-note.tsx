import { countArchived } from "../../api/reads.ts";
import { useDesk } from "../../store/desk.ts";
import { useRead } from "../../store/use-read.ts";

/** Says what the list of alerts no longer shows; nothing where nothing was archived. */
export function ArchiveNote() {
  const { client, account } = useDesk();
  const { data } = useRead(
    "archive",
    0,
    () => countArchived(client, account.name),
  );
  if (data === null || data === 0) return null;
  return (
    <div class="pager">
      <span class="muted" role="status">
        Old marks in the archive:{" "}
        {data.toLocaleString("en-US")}. Proofs and replays count them, this list does not show them.
      </span>
    </div>
  );
}

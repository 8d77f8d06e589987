import { useDesk } from "../../store/desk.ts";
import { useRead } from "../../store/use-read.ts";

/** Says what the list of alerts no longer shows; nothing where nothing was archived. */
export function ArchiveNote() {
  const { read } = useDesk();
  const { data } = useRead("archive", 0, () => read("history_archive"));
  const count = data?.[0]?.archived_marks ?? 0;
  if (count === 0) return null;
  return (
    <div class="pager">
      <span class="muted" role="status">
        Old marks in the archive:{" "}
        {count.toLocaleString("en-US")}. Proofs and replays count them, this list does not show them.
      </span>
    </div>
  );
}

import { admitProject, type ProjectAccess } from "../auth/project-access.ts";
import type { AppHandler } from "../http/app.ts";
import { background } from "../runtime/background.ts";
import { unavailable } from "../http/errors.ts";
import type { RunMarks } from "./run.ts";

/** `POST /marks`: asks the sources that are on for what is due, and books it; answers how much there was. */
export function markSymbols(access: ProjectAccess, run: RunMarks): AppHandler {
  return async (context) => {
    admitProject(context, access);
    const requestId = context.get("requestId");
    const work = run(requestId);
    // Cron hangs up early: what was begun is finished.
    background(work);
    const marked = await work.catch(() => {
      throw unavailable("the database does not answer: what is due stays so");
    });
    Object.assign(context.get("logFields"), marked);
    return context.json({ ...marked, request_id: requestId });
  };
}

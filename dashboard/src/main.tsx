import { render } from "preact";
import { findConnection } from "./api/connection.ts";
import { App } from "./views/app.tsx";

const host = document.getElementById("app");
if (host !== null) render(<App first={await findConnection()} />, host);

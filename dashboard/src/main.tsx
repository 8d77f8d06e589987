import { render } from "preact";
import { findConnection } from "./api/connection.ts";
import { App } from "./views/app.tsx";
import { applyTheme, savedTheme } from "./views/theme-switch.tsx";

applyTheme(savedTheme());
const host = document.getElementById("app");
if (host !== null) render(<App first={await findConnection()} />, host);

// Every text is put in as text, never as markup: events may quote anything.
const EVERY = 5000;
const at = (id) => document.getElementById(id);
let paused = false;

function element(kind, words, attributes = {}) {
  const made = document.createElement(kind);
  if (words !== undefined && words !== null) made.textContent = words;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function moment(text) {
  const made = element("time", new Date(text).toLocaleString(), { datetime: text });
  return made;
}

function card(title, state, ...rows) {
  const made = element("article", null, { class: "card", "data-state": state });
  made.append(element("h3", title));
  for (const row of rows) if (row) made.append(row instanceof Node ? row : element("p", row, { class: "quiet" }));
  return made;
}

function show(id, items, draw) {
  const section = at(id);
  section.hidden = !items || items.length === 0;
  section.lastElementChild.replaceChildren(...(items || []).map(draw));
}

function deployment(one) {
  const state = one.rollout === "FAILED" ? "bad" : one.rollout === "COMPLETED" ? "good" : "wait";
  const progress = element("meter", null, { min: 0, max: Math.max(one.desired, 1), value: one.running, "aria-label": "running tasks" });
  const counts = `${one.running} of ${one.desired} running, ${one.pending} pending, ${one.failed} failed`;
  return card(`${one.task_definition} · ${(one.rollout || one.status).toLowerCase().replaceAll("_", " ")}`, state, progress, counts, one.reason, moment(one.updated_at));
}

// ECS's words for tasks that it no longer needs: a newer version replaced them, or there are fewer.
const MEANT = "Scaling activity initiated by";

function task(one) {
  const stopped = one.status === "STOPPED";
  const running = one.status !== "RUNNING" || one.health === "UNKNOWN" ? "wait" : one.health === "HEALTHY" ? "good" : "bad";
  const state = !stopped ? running : (one.stopped_reason || "").startsWith(MEANT) ? "past" : "bad";
  const now = stopped ? "stopped" : `${one.status.toLowerCase()}, ${one.health.toLowerCase()}`;
  return card(one.id.slice(0, 12), state, now, `${one.task_definition}${one.zone ? ` in ${one.zone}` : ""}`, one.stopped_reason);
}

function target(one) {
  const state = one.state === "healthy" ? "good" : one.state === "unhealthy" ? "bad" : "wait";
  return card(`${one.state} · port ${one.port}`, state, one.task ? `task ${one.task.slice(0, 12)}` : null, one.description);
}

function event(one) {
  const made = element("li");
  made.append(moment(one.at), element("span", one.message));
  return made;
}

function verdict(found) {
  if (!found.available) return ["wait", found.reason];
  const now = found.deployments.find((one) => one.status === "PRIMARY");
  const title = `${found.service}: ${found.running} of ${found.desired} tasks run`;
  if (now && now.rollout === "FAILED") return ["bad", `${title}; the last deployment failed`];
  if (now && now.rollout === "IN_PROGRESS") return ["wait", `${title}; a deployment is under way`];
  return [found.running >= found.desired ? "good" : "wait", title];
}

function draw(found) {
  const [state, words] = verdict(found);
  at("verdict").dataset.state = state;
  at("verdict").textContent = words;
  show("deployments", found.deployments, deployment);
  show("tasks", found.tasks, task);
  show("targets", found.targets, target);
  show("events", found.events, event);
  show("missing", Object.values(found.missing || {}), (one) => element("li", one));
  at("checked").replaceChildren("as of ", new Date(found.checked_at).toLocaleTimeString());
  document.title = `${state === "bad" ? "✗ " : ""}OakTree: ${words}`;
}

async function ask(path) {
  const answer = await fetch(path, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
}

async function refresh() {
  if (paused || document.hidden) return;
  try {
    draw(await ask("api/deployment/status"));
  } catch (error) {
    at("verdict").dataset.state = "bad";
    at("verdict").textContent = `No answer: ${error.message}`;
  }
}

at("pause").addEventListener("click", () => {
  paused = !paused;
  at("pause").setAttribute("aria-pressed", paused);
  at("pause").textContent = paused ? "Go on" : "Pause";
  refresh();
});
document.addEventListener("visibilitychange", refresh);
setInterval(refresh, EVERY);
refresh();
ask("version").then((found) => {
  at("version").textContent = `${found.environment}, ${found.git_sha.slice(0, 12)}`;
}).catch(() => {});

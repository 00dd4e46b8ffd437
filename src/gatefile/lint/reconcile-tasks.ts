import type { Complain } from "../problem-list.ts";
import type { TaskFields } from "../reconcile.ts";

/** R602, R604, R605: a task is due, is known by one name, and can end. */
export function reconcileTasks(tasks: readonly TaskFields[], complain: Complain): void {
  for (const [index, task] of tasks.entries()) {
    const { task: name } = task.values;
    if (!task.has("within")) {
      const message = "the task is never overdue";
      complain({ code: "R602", at: task.head, message, suggestion: "add `within:`, e.g. `within: 4h`" });
    }
    if (name !== undefined && tasks.findIndex(({ values }) => values.task === name) !== index) {
      const message = `another task of the gate is called \`${name}\``;
      complain({ code: "R604", at: task.at("task"), message, suggestion: "give this one another name" });
    }
    const isByPeople = task.has("manual") && task.values.manual !== false;
    if (task.has("until") || task.has("run") || isByPeople) continue;
    complain({
      code: "R605",
      at: task.head,
      message: "nothing tells when the task is done",
      suggestion: "add `until:`, `run:` or `manual: true`",
    });
  }
}

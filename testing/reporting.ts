import type { ReportContext, ScheduleRecord } from "./record.ts";
export function report(
  record: ScheduleRecord,
  context: ReportContext,
  _trace: string | undefined,
): string {
  return `${record.failure?.message}\n\n` +
    record.events.map((e) =>
      `  ${e.step} ${e.time} g${e.goroutine} ${e.verb} ${
        e.resource === undefined ? "" : record.resources[e.resource]?.name
      } ${e.value ?? ""} ${e.waits ? "╳" : ""} ${
        e.wakes.map((w) => `→ g${w}`).join()
      } ${e.at?.file}:${e.at?.line}`
    ).join("\n") + `\n  --replay=${context.token} ` + JSON.stringify(record.goroutines, null, 1);
}

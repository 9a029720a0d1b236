/**
 * The files of this project, for the tests that hold all of them to something.
 *
 * @module
 */

const root = new URL("../", import.meta.url);

/** Every file below `folder` that belongs to the project, relative to the root, sorted. */
export function projectFiles(folder = ""): string[] {
  return [...Deno.readDirSync(new URL(folder, root))]
    .filter(({ name }) => !name.startsWith(".") && !["node_modules", "coverage"].includes(name))
    .flatMap(({ name, isDirectory }) =>
      isDirectory ? projectFiles(`${folder}${name}/`) : [folder + name]
    )
    .sort();
}

/** The text of such a file. */
export function readProjectFile(file: string): string {
  return Deno.readTextFileSync(new URL(file, root));
}

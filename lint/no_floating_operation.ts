/**
 * A `deno lint` plugin that finds operations without `await`:
 *
 * ```jsonc ignore
 * // deno.json
 * { "lint": { "plugins": ["jsr:@interleave/go/lint"] } }
 * ```
 *
 * It reports a statement such as `ch.send(1);` and `deno lint --fix` puts `await` in front. Lint plugins have no types:
 * it goes by the names of the methods, and by imports from this package for functions. Where a method of another class
 * happens to have such a name, or nobody is meant to wait, `void ch.send(1);` silences it.
 *
 * @module
 */

/** Methods that are operations, whatever they are called on. */
const METHODS: ReadonlySet<string> = new Set([
  "send",
  "receive",
  "lock",
  "rLock",
  "acquire",
  "withLock",
  "withRLock",
]);

/** Methods with names so common that they count only on what was made by one of these classes in the same file. */
const METHODS_OF: Readonly<Record<string, readonly string[]>> = {
  wait: ["WaitGroup", "Cond", "ErrGroup", "RateLimiter"],
  do: ["Once", "SingleFlight"],
  next: ["Channel", "Ticker"],
};

/** Functions that are operations, if they are imported from this package. */
const FUNCTIONS: ReadonlySet<string> = new Set(["select", "sleep", "yieldNow", "sendAll"]);

/** Where they are imported from. */
const PACKAGE = /(?:^|[/:@])interleave\/go(?:@[^/]*)?(?:\/(?:runtime|sync))?$/;

/** The plugin, for `lint.plugins` of deno.json. */
const plugin: Deno.lint.Plugin = {
  name: "interleave",
  rules: {
    "no-floating-operation": {
      create(context): Deno.lint.LintVisitor {
        const functions = new Map<string, string>();
        const classes = new Map<string, string>();
        const madeBy = new Map<string, string>();

        /** What a call does, as `ch.send`; undefined if it is no operation. */
        const nameOf = ({ callee }: Deno.lint.CallExpression): string | undefined => {
          if (callee.type === "Identifier") {
            return functions.has(callee.name) ? callee.name : undefined;
          }
          if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") {
            return undefined;
          }
          const { name } = callee.property;
          const object = context.sourceCode.getText(callee.object);
          const makers = METHODS_OF[name] ?? [];
          const isOperation = METHODS.has(name) || makers.includes(madeBy.get(object) ?? "");
          return isOperation ? `${object}.${name}` : undefined;
        };
        const note = (name: string, value: Deno.lint.Expression | null | undefined): void => {
          if (value?.type !== "NewExpression" || value.callee.type !== "Identifier") return;
          const maker = classes.get(value.callee.name);
          if (maker !== undefined) madeBy.set(name, maker);
        };

        return {
          ImportDeclaration({ source, specifiers }) {
            if (!PACKAGE.test(source.value)) return;
            for (const specifier of specifiers) {
              if (specifier.type !== "ImportSpecifier") continue;
              const { imported, local } = specifier;
              const name = imported.type === "Identifier" ? imported.name : imported.value;
              if (FUNCTIONS.has(name)) functions.set(local.name, name);
              else classes.set(local.name, name);
            }
          },
          VariableDeclarator({ id, init }) {
            if (id.type === "Identifier") note(id.name, init);
          },
          PropertyDefinition({ key, value }) {
            note(`this.${context.sourceCode.getText(key)}`, value);
          },
          ExpressionStatement(node) {
            const { expression } = node;
            if (expression.type !== "CallExpression") return;
            const name = nameOf(expression);
            if (name === undefined) return;
            context.report({
              node: expression,
              message: `${name}() waits: nobody awaits it`,
              hint: "Add await, or void if nobody is meant to wait",
              ...(canAwait(node)
                ? { fix: (fixer) => fixer.insertTextBefore(expression, "await ") }
                : {}),
            });
          },
        };
      },
    },
  },
};

/** Whether `await` may stand there: in an async function, or at the top of a module. */
function canAwait(node: Deno.lint.Node): boolean {
  for (let at: Deno.lint.Node | null = node; at !== null;) {
    if (
      at.type === "FunctionDeclaration" || at.type === "FunctionExpression" ||
      at.type === "ArrowFunctionExpression"
    ) return at.async;
    if (at.type === "StaticBlock" || at.type === "PropertyDefinition") return false;
    at = (at as { parent: Deno.lint.Node | null }).parent;
  }
  return true;
}

export default plugin;

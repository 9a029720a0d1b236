/**
 * A `deno lint` plugin that finds operations without `await`:
 *
 * ```jsonc ignore
 * // deno.json
 * { "lint": { "plugins": ["jsr:@interleave/go/lint"] } }
 * ```
 *
 * It reports a statement such as `ch.send(1);` and `deno lint --fix` puts `await` in front. Lint plugins have no types: it
 * goes by what the file itself shows, and looks only at files that import from this package. A variable, a parameter or a
 * property counts as what it was made by or declared as, `new Channel()` or `jobs: SendChannel<Job>`; of others only
 * methods count whose names hardly anybody else has, and so `socket.send("x")` is left alone. Where nobody is meant to wait,
 * `void ch.send(1);` silences it.
 *
 * @module
 */

/** The methods that are operations, and whose they are. */
const METHODS: Readonly<Record<string, readonly string[]>> = {
  send: ["Channel", "SendChannel"],
  receive: ["Channel", "ReceiveChannel"],
  next: ["Channel", "ReceiveChannel", "Ticker"],
  lock: ["Mutex", "RWMutex", "Locker"],
  rLock: ["RWMutex"],
  withLock: ["Mutex", "RWMutex"],
  withRLock: ["RWMutex"],
  acquire: ["Semaphore"],
  wait: ["WaitGroup", "Cond", "ErrGroup", "RateLimiter", "TaskPool"],
  do: ["Once", "SingleFlight"],
};

/** Those that count on whatever nobody knows where it comes from. */
const UNMISTAKABLE: ReadonlySet<string> = new Set([
  "receive",
  "lock",
  "rLock",
  "withLock",
  "withRLock",
  "acquire",
]);

/** Functions that are operations, if they are imported from this package. */
const FUNCTIONS: ReadonlySet<string> = new Set([
  "select",
  "sleep",
  "yieldNow",
  "sendAll",
  "forEach",
  "mapEach",
  "explore",
  "virtualTime",
  "settled",
]);

/** Functions of this package that make something, and what. */
const MAKERS: Readonly<Record<string, string>> = {
  channelFrom: "ReceiveChannel",
  after: "ReceiveChannel",
  tick: "ReceiveChannel",
};

/** Where all of these are imported from. */
const PACKAGE = /(?:^|[/:@])interleave\/go(?:@[^/]*)?(?:\/(?:runtime|sync|testing))?$/;

/** What something is: one of this package's classes; or not, `OTHER`; or nobody knows, `UNKNOWN`. */
type Kind = string;
const OTHER: Kind = "other";
const UNKNOWN: Kind = "unknown";

type Node = Deno.lint.Node;

/** What is declared in a file: for each function, block, class and the file itself, what its names are. */
class Declarations {
  readonly #scopes = new Map<Node, Map<string, Kind>>();

  add(scope: Node, name: string, kind: Kind): void {
    let names = this.#scopes.get(scope);
    if (names === undefined) this.#scopes.set(scope, names = new Map());
    names.set(name, kind);
  }

  /** What `name` is where `node` stands. */
  find(node: Node, name: string): Kind {
    for (let at: Node | null = node; at !== null; at = parentOf(at)) {
      const kind = this.#scopes.get(at)?.get(name);
      if (kind !== undefined) return kind;
    }
    return UNKNOWN;
  }
}

/** Imports are the names of this package that a file uses. */
class Imports {
  readonly #names = new Map<string, string>();
  readonly #namespaces = new Set<string>();

  get areAny(): boolean {
    return this.#names.size > 0 || this.#namespaces.size > 0;
  }

  add({ source, specifiers }: Deno.lint.ImportDeclaration): void {
    if (!PACKAGE.test(source.value)) return;
    for (const specifier of specifiers) {
      const { local } = specifier;
      if (specifier.type === "ImportNamespaceSpecifier") this.#namespaces.add(local.name);
      if (specifier.type !== "ImportSpecifier") continue;
      const { imported } = specifier;
      const name = imported.type === "Identifier" ? imported.name : imported.value;
      this.#names.set(local.name, name);
    }
  }

  /** The name in this package of what `node` names: `select`, or `go.select` after `import * as go`. */
  nameOf(node: Node | null | undefined): string | undefined {
    if (node?.type === "Identifier") return this.#names.get(node.name);
    const [object, property] = node?.type === "MemberExpression"
      ? [node.object, node.property]
      : node?.type === "TSQualifiedName"
      ? [node.left, node.right]
      : [];
    if (object?.type !== "Identifier" || property?.type !== "Identifier") return undefined;
    return this.#namespaces.has(object.name) ? property.name : undefined;
  }
}

/** The plugin, for `lint.plugins` of deno.json. */
const plugin: Deno.lint.Plugin = {
  name: "interleave",
  rules: {
    "no-floating-operation": {
      create(context): Deno.lint.LintVisitor {
        const imports = new Imports();
        const declarations = new Declarations();
        const floating: Deno.lint.CallExpression[] = [];

        /** What an expression makes, as far as it shows. */
        const madeBy = (value: Node | null | undefined): Kind => {
          if (value?.type === "NewExpression") return imports.nameOf(value.callee) ?? OTHER;
          if (value?.type !== "CallExpression") return UNKNOWN;
          const { callee } = value;
          const maker = MAKERS[imports.nameOf(callee) ?? ""];
          if (maker !== undefined) return maker;
          // `Channel.nil()`
          const made = callee.type === "MemberExpression"
            ? imports.nameOf(callee.object)
            : undefined;
          return made !== undefined && made !== "" && /^[A-Z]/.test(made) ? made : UNKNOWN;
        };
        /** What a declaration says. */
        const declaredAs = (
          annotation: Deno.lint.TSTypeAnnotation | undefined | null,
          value: Node | null | undefined,
        ): Kind => {
          const type = annotation?.typeAnnotation;
          if (type === undefined) return madeBy(value);
          return type.type === "TSTypeReference" ? imports.nameOf(type.typeName) ?? OTHER : OTHER;
        };
        const declare = (pattern: Node | Deno.lint.Parameter, value?: Node | null): void => {
          if (pattern.type === "AssignmentPattern") return declare(pattern.left, pattern.right);
          if (pattern.type === "RestElement") return declare(pattern.argument);
          if (pattern.type === "ArrayPattern") {
            return pattern.elements.forEach((it) => it !== null && declare(it));
          }
          if (pattern.type === "ObjectPattern") {
            return pattern.properties.forEach((it) =>
              declare(it.type === "Property" ? it.value : it)
            );
          }
          if (pattern.type !== "Identifier") return;
          const kind = declaredAs(pattern.typeAnnotation, value);
          declarations.add(scopeOf(pattern), pattern.name, kind);
        };

        /** What a call does, as `ch.send`; undefined if it is no operation. */
        const nameOf = (call: Deno.lint.CallExpression): string | undefined => {
          const callee = unwrap(call.callee);
          const name = imports.nameOf(callee);
          if (name !== undefined) {
            return FUNCTIONS.has(name) ? context.sourceCode.getText(callee) : undefined;
          }
          if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") {
            return undefined;
          }
          const { name: method } = callee.property;
          const classes = Object.hasOwn(METHODS, method)
            ? METHODS[method] as readonly string[]
            : [];
          const object = context.sourceCode.getText(unwrap(callee.object));
          const kind = declarations.find(call, object);
          const isOperation = classes.includes(kind) ||
            (kind === UNKNOWN && UNMISTAKABLE.has(method));
          return isOperation ? `${object}.${method}` : undefined;
        };

        return {
          ImportDeclaration: (node) => imports.add(node),
          "Program:exit"() {
            if (!imports.areAny) return;
            for (const call of floating) {
              const name = nameOf(call);
              if (name === undefined) continue;
              context.report({
                node: call,
                message: `${name}() waits: nobody awaits it`,
                hint: "Add await, or void if nobody is meant to wait",
                ...(canAwait(call)
                  ? { fix: (fixer) => fixer.insertTextBefore(call, "await ") }
                  : {}),
              });
            }
          },
          VariableDeclarator: ({ id, init }) => declare(id, init),
          "FunctionDeclaration, FunctionExpression, ArrowFunctionExpression"(
            node: Deno.lint.FunctionDeclaration,
          ) {
            for (const parameter of node.params) declare(parameter);
          },
          TSParameterProperty(node) {
            const { parameter } = node;
            const name = parameter.type === "AssignmentPattern" ? parameter.left : parameter;
            declare(parameter);
            if (name.type !== "Identifier") return;
            const kind = declarations.find(parameter, name.name);
            declarations.add(classOf(node), `this.${name.name}`, kind);
          },
          PropertyDefinition(node) {
            const name = `this.${context.sourceCode.getText(node.key)}`;
            declarations.add(classOf(node), name, declaredAs(node.typeAnnotation, node.value));
          },
          ExpressionStatement: ({ expression }) => void floating.push(...callsOf(expression)),
        };
      },
    },
  },
};

/** The calls whose results an expression throws away. */
function callsOf(expression: Node): Deno.lint.CallExpression[] {
  switch (expression.type) {
    case "CallExpression":
      return [expression];
    case "ChainExpression":
      return callsOf(expression.expression);
    case "SequenceExpression":
      return expression.expressions.flatMap(callsOf);
    case "LogicalExpression":
      return callsOf(expression.right);
    case "ConditionalExpression":
      return [...callsOf(expression.consequent), ...callsOf(expression.alternate)];
    default:
      return [];
  }
}

/** An expression without what says that it may be missing, or is not. */
function unwrap(node: Node): Node {
  return node.type === "ChainExpression" || node.type === "TSNonNullExpression"
    ? unwrap(node.expression)
    : node;
}

const FUNCTION_TYPES: readonly string[] = [
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
];

function isFunction(node: Node): boolean {
  return FUNCTION_TYPES.includes(node.type);
}

function parentOf(node: Node): Node | null {
  return (node as { parent?: Node | null }).parent ?? null;
}

/** The nearest around a node of which `test` holds; the outermost if there is none. */
function nearest(node: Node, test: (node: Node) => boolean): Node {
  let at = node;
  for (let next = parentOf(at); next !== null; next = parentOf(at)) {
    at = next;
    if (test(at)) break;
  }
  return at;
}

/** Where what is declared at a node may be used. */
function scopeOf(node: Node): Node {
  return nearest(
    node,
    (at) => /^(?:BlockStatement|StaticBlock|For\w*Statement)$/.test(at.type) || isFunction(at),
  );
}

function classOf(node: Node): Node {
  return nearest(node, ({ type }) => type === "ClassDeclaration" || type === "ClassExpression");
}

/** Whether `await` may stand there: in an async function, or at the top of a module. */
function canAwait(node: Node): boolean {
  const around = nearest(
    node,
    (at) => isFunction(at) || at.type === "StaticBlock" || at.type === "PropertyDefinition",
  );
  if (isFunction(around)) return (around as Deno.lint.FunctionDeclaration).async;
  return around.type === "Program";
}

export default plugin;

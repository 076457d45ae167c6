import type { JsonText } from './change.ts';
import { type JsonNode, readStored } from './json.ts';

/** JSON with two spaces a level, as `JSON.stringify(value, null, 2)` writes it, but with numbers as they were written. */
function prettyJson(json: JsonText): string {
  return pretty(readStored(json, 'value'), '');
}

function pretty(node: JsonNode, indent: string): string {
  const inner = `${indent}  `;
  switch (node.kind) {
    case 'scalar':
      return node.json;
    case 'array':
      if (node.items.length === 0) return '[]';
      return `[\n${node.items.map((item) => inner + pretty(item, inner)).join(',\n')}\n${indent}]`;
    case 'object': {
      if (node.members.size === 0) return '{}';
      const lines = Array.from(
        node.members,
        ([name, member]) => `${inner}${JSON.stringify(name)}: ${pretty(member.node, inner)}`,
      );
      return `{\n${lines.join(',\n')}\n${indent}}`;
    }
  }
}

/**
 * YAML 1.2 in block style; text that YAML could take for something else stands in double quotes, in JSON's form.
 */
function yamlOf(json: JsonText): string {
  const node = readStored(json, 'value');
  return node.kind === 'scalar'
    ? `${yamlScalar(node.json)}\n`
    : yaml(node, '').replace(/^\n/, '').replace(/^ /, '');
}

/** What follows `key:`, with its leading space or line end. */
function yaml(node: JsonNode, indent: string): string {
  switch (node.kind) {
    case 'scalar':
      return ` ${yamlScalar(node.json)}\n`;
    case 'array':
      if (node.items.length === 0) return ' []\n';
      return `\n${node.items.map((item) => `${indent}-${yaml(item, `${indent}  `)}`).join('')}`;
    case 'object':
      if (node.members.size === 0) return ' {}\n';
      return `\n${Array.from(
        node.members,
        ([name, member]) => `${indent}${yamlText(name)}:${yaml(member.node, `${indent}  `)}`,
      ).join('')}`;
  }
}

function yamlScalar(json: JsonText): string {
  return json.startsWith('"') ? yamlText(JSON.parse(json) as string) : json;
}

/** Words that YAML 1.1 or 1.2 reads as something else than text. */
const yamlWords = /^(?:true|false|null|yes|no|on|off|y|n)$/i;
const plainText = /^[A-Za-z_][\w./@-]*(?::[\w./@-]+)*$/;

function yamlText(text: string): string {
  return plainText.test(text) && !yamlWords.test(text) ? text : JSON.stringify(text);
}

/** As a file: JSON with a line end, or YAML. */
export function inFormat(format: 'json' | 'yaml', json: JsonText): string {
  return format === 'yaml' ? yamlOf(json) : `${prettyJson(json)}\n`;
}

/** Words of JSON Schema (draft 4 to 2020-12), of the schema objects of OpenAPI and AsyncAPI, and of the objects around them. None of them tags data. */
export const KEYWORDS: ReadonlySet<string> = new Set(
  `$schema $id id $anchor $dynamicAnchor $ref $dynamicRef $recursiveRef $recursiveAnchor $vocabulary $comment $defs definitions
  title description type format enum const default example examples deprecated readOnly writeOnly nullable
  properties patternProperties additionalProperties unevaluatedProperties propertyNames required dependentRequired dependentSchemas dependencies
  items prefixItems additionalItems unevaluatedItems contains minContains maxContains allOf anyOf oneOf not if then else
  minLength maxLength pattern minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems uniqueItems minProperties maxProperties
  contentEncoding contentMediaType contentSchema discriminator xml externalDocs divisibleBy extends disallow
  defaultSnippets enumDescriptions markdownDescription
  name in schema content style explode allowReserved allowEmptyValue collectionFormat
  summary operationId parameters requestBody responses callbacks security servers schemes consumes produces host basePath
  get put post delete options head patch trace query headers links payload bindings traits message messages channels operations
  publish subscribe correlationId schemaFormat contentType messageId address action reply location
  openapi swagger asyncapi info paths webhooks components jsonSchemaDialect`.split(/\s+/),
);

/** Keywords under which one schema stands, beside `properties`: keyword -> how the place is called in a field's path. */
export const INNER = {
  items: "[]",
  additionalItems: "[]",
  unevaluatedItems: "[]",
  contains: "[]",
  additionalProperties: "{*}",
  unevaluatedProperties: "{*}",
  propertyNames: "{key}",
  contentSchema: "(content)",
} as const satisfies Record<string, string>;

import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { PROBLEMS } from '@cutover/contracts';

const PROBLEM_SCHEMA = {
  type: 'object',
  description:
    'RFC 9457 problem details. `code` is stable, `detail` is for the person, `requestId` for the help desk.',
  required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'requestId'],
  properties: {
    type: { type: 'string', format: 'uri-reference' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string', format: 'uri-reference' },
    code: { type: 'string', enum: Object.keys(PROBLEMS) },
    requestId: { type: 'string' },
    retryAfter: { type: 'integer', description: 'Seconds after which another try may help.' },
  },
};

const PROBLEM_RESPONSE = {
  description: 'Every error.',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

/** The API as OpenAPI 3.1; `openapi.json` in the repository is this document, compared in CI. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Cutover')
    .setDescription('Sign-in that moves people from local passwords to Microsoft Entra ID.')
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .build();
  const document = SwaggerModule.createDocument(app, config);
  return {
    ...document,
    paths: Object.fromEntries(
      Object.entries(document.paths).map(([path, item]) => [path, withProblems(item)]),
    ),
    components: {
      ...document.components,
      schemas: { ...document.components?.schemas, Problem: PROBLEM_SCHEMA },
    },
  };
}

export function serveOpenApi(app: INestApplication): void {
  SwaggerModule.setup('api/docs', app, () => openApiDocument(app), {
    jsonDocumentUrl: 'api/docs-json',
    customSiteTitle: 'Cutover API',
  });
}

type PathItem = OpenAPIObject['paths'][string];

/** Any operation may end in a problem; said once here instead of at each controller. */
function withProblems(item: PathItem): PathItem {
  const operations = Object.entries(item as Record<string, { responses?: object }>);
  return Object.fromEntries(
    operations.map(([method, operation]) => [
      method,
      { ...operation, responses: { ...operation.responses, default: PROBLEM_RESPONSE } },
    ]),
  );
}

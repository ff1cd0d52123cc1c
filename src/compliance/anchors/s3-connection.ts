import type { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { S3AnchorConfig } from '../../config/anchor-schema.ts';

export interface S3Connection {
  client: S3Client;
  PutObjectCommand: typeof PutObjectCommand;
  GetObjectCommand: typeof GetObjectCommand;
  ListObjectsV2Command: typeof ListObjectsV2Command;
}

/** The SDK's own number, set here so that no environment variable changes it. */
const maxAttempts = 3;

/** Loads the SDK and creates the client. */
export async function connectS3({ region, endpoint }: S3AnchorConfig): Promise<S3Connection> {
  const [sdk, { NodeHttpHandler }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('@smithy/node-http-handler'),
  ]);
  const agent = { keepAlive: true };
  const client = new sdk.S3Client({
    maxAttempts,
    retryMode: 'standard',
    requestHandler: new NodeHttpHandler({ httpAgent: agent, httpsAgent: agent, socketTimeout: 0, requestTimeout: 0 }),
    ...(region === undefined ? {} : { region }),
    // Other services than S3 seldom resolve a bucket as a host name.
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
  });
  const { PutObjectCommand, GetObjectCommand, ListObjectsV2Command } = sdk;
  return { client, PutObjectCommand, GetObjectCommand, ListObjectsV2Command };
}

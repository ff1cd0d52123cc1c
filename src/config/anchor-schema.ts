import { isAbsolute } from 'node:path';
import { z } from 'zod';

const s3Schema = z.strictObject({
  bucket: z
    .string()
    .regex(
      /^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9]|arn:aws[a-z-]*:s3[a-z-]*:.+)$/,
      'must be a bucket name or an access point ARN',
    )
    .describe('Bucket, best of another account; with retainDays it needs Object Lock.'),
  prefix: z
    .string()
    .max(512)
    .regex(/^([^/].*\/)?$/, 'must be empty, or end in / and not begin with it')
    .default('hybrid-routing/')
    .describe('What the name of every object begins with (up to 512 characters); one prefix a log.'),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be an AWS region such as eu-central-1')
    .optional()
    .describe("Region of the bucket. Default: the SDK's own (AWS_REGION, then the profile)."),
  endpoint: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Another S3 endpoint (VPC endpoint, another S3-compatible service), called with the bucket in the path.'),
  retainDays: z
    .int()
    .min(1)
    .max(36_500)
    .optional()
    .describe('Object Lock in COMPLIANCE mode for so many days (1 to 36500): nobody can delete a checkpoint earlier.'),
});

/** Where checkpoints of the audit log are kept outside the reach of whoever can write the log. */
export const anchorSchema = z
  .strictObject({
    file: z
      .string()
      .refine(isAbsolute, 'must be an absolute path')
      .optional()
      .describe(
        'Folder for checkpoints, one file each, best on another machine’s disk. It must exist. Either this or s3.',
      ),
    s3: s3Schema.optional().describe('S3 bucket for checkpoints, one object each. Either this or file.'),
  })
  .refine(({ file, s3 }) => file === undefined || s3 === undefined, 'needs at most one of file or s3');

export type AnchorConfig = z.infer<typeof anchorSchema>;
export type S3AnchorConfig = z.infer<typeof s3Schema>;

import type { z } from 'zod';
import type { BEDROCK_ERROR_KINDS } from '../faults.ts';

/** An error as the Bedrock Runtime service answers it: HTTP status, the error type header, and a JSON message. */
export interface ServiceError {
  status: number;
  type: string;
  message: string;
  headers?: Record<string, string>;
  /** Fields beside `message`, where the service has some. */
  details?: Record<string, string | number>;
}

type ErrorKind = (typeof BEDROCK_ERROR_KINDS)[number];

/** Status codes and names: Bedrock Runtime API Reference, "Errors" of Converse and InvokeModel. */
const ERRORS: Record<ErrorKind, ServiceError> = {
  service_unavailable: {
    status: 503,
    type: 'ServiceUnavailableException',
    message: 'The service is currently unavailable. (simulated)',
  },
  internal_server: {
    status: 500,
    type: 'InternalServerException',
    message: 'The system encountered an unexpected error during processing. Try your request again. (simulated)',
  },
  model_not_ready: {
    status: 429,
    type: 'ModelNotReadyException',
    message: 'Model is not ready for inference. Wait and try your request again. (simulated)',
  },
  model_timeout: {
    status: 408,
    type: 'ModelTimeoutException',
    message: 'Model has timed out in processing the request. Try your request again. (simulated)',
  },
  model_error: {
    status: 424,
    type: 'ModelErrorException',
    message: 'The system encountered an unexpected error during processing by the model. (simulated)',
    details: { originalStatusCode: 500, resourceName: 'simulated' },
  },
  service_quota_exceeded: {
    status: 400,
    type: 'ServiceQuotaExceededException',
    message: 'Your request exceeds the service quota for your account. (simulated)',
  },
  validation: {
    status: 400,
    type: 'ValidationException',
    message: 'The provided request is not valid. (simulated)',
  },
  context_too_long: {
    status: 400,
    type: 'ValidationException',
    message: 'Input is too long for requested model.',
  },
  access_denied: {
    status: 403,
    type: 'AccessDeniedException',
    message: "You don't have access to the model with the specified model ID. (simulated)",
  },
  expired_token: {
    status: 403,
    type: 'ExpiredTokenException',
    message: 'The security token included in the request is expired',
  },
  resource_not_found: {
    status: 404,
    type: 'ResourceNotFoundException',
    message: 'Could not resolve the foundation model from the provided model identifier. (simulated)',
  },
  model_retired: {
    status: 404,
    type: 'ResourceNotFoundException',
    message:
      'This model version has reached the end of its life. Please refer to the AWS documentation for more details.',
  },
};

export function serviceError(kind: ErrorKind): ServiceError {
  return ERRORS[kind];
}

/** `retryAfterSeconds`: whole seconds for the Retry-After header, which the service may leave out. */
export function throttled(retryAfterSeconds: number | undefined): ServiceError {
  return {
    status: 429,
    type: 'ThrottlingException',
    message: 'Too many requests, please wait before trying again. (simulated)',
    ...(retryAfterSeconds === undefined ? {} : { headers: { 'retry-after': String(retryAfterSeconds) } }),
  };
}

export function validationError(message: string): ServiceError {
  return { status: 400, type: 'ValidationException', message };
}

/** Names the first field that is wrong; the service words it much like this. */
export function firstProblem(error: z.ZodError): ServiceError {
  const [issue] = error.issues;
  const field = issue?.path.map(String).join('.') ?? '';
  return validationError(`The value at '${field}' failed to satisfy a constraint: ${issue?.message ?? 'invalid'}`);
}

export const UNKNOWN_OPERATION: ServiceError = {
  status: 404,
  type: 'UnknownOperationException',
  message:
    'The simulator has POST /model/{modelId}/converse, /converse-stream and /invoke, and /guardrail/{id}/version/{version}/apply.',
};

export const INVALID_GUARDRAIL = validationError(
  'The guardrail identifier or version provided in the request does not exist or is not valid. (simulated)',
);

/** The service counts a text that is too long for one call as a rate that is too high. */
export const GUARDRAIL_TOO_LONG: ServiceError = {
  status: 429,
  type: 'ThrottlingException',
  message: 'Too many requests: the text is longer than the 25 text units (25,000 characters) of one call. (simulated)',
};

export const NOT_JSON: ServiceError = {
  status: 400,
  type: 'SerializationException',
  message: 'The request body is not valid JSON.',
};

export const TOO_LARGE: ServiceError = {
  status: 413,
  type: 'RequestEntityTooLargeException',
  message: 'The request body is larger than 20 MiB.',
};

import { cacheOptimizeTool } from './cache-optimize.ts';
import { complianceReportTool } from './compliance-report.ts';
import type { Tool } from './define-tool.ts';
import { forceFallbackTool } from './force-fallback.ts';
import { healthCheckTool } from './health-check.ts';
import { routeOperationTool } from './route-operation.ts';
import { securityResponseTool } from './security-response.ts';
import { systemAdminTool } from './system-admin.ts';

export const tools: readonly Tool[] = [
  routeOperationTool,
  healthCheckTool,
  forceFallbackTool,
  cacheOptimizeTool,
  complianceReportTool,
  systemAdminTool,
  securityResponseTool,
];

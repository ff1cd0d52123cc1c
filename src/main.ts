#!/usr/bin/env node
import { Command } from 'commander';
import { simulateCommand } from './simulator/command.ts';

const program = new Command('hybrid-routing-mcp').description(
  'MCP server that routes AI operations between AWS Bedrock and an upstream MCP server.',
);
program.addCommand(simulateCommand());
await program.parseAsync();

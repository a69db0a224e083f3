import { Command } from 'commander';
import { examples } from '../../options';
import { acknowledgeCommand } from './acknowledge.command';
import { exportCommand } from './export.command';
import { pruneCommand } from './prune.command';
import { verifyCommand } from './verify.command';

export function auditCommand(): Command {
  return new Command('audit')
    .description('The audit trail: proving it, handing it out, and ending the keeping of what is old.')
    .addHelpText('after', examples('cutover audit verify'))
    .addCommand(verifyCommand())
    .addCommand(exportCommand())
    .addCommand(pruneCommand())
    .addCommand(acknowledgeCommand());
}

import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { ReadinessReport } from '@cutover/contracts';
import { RequireRole } from '@cutover/sessions';
import { readinessReportSchema } from '../rollout.schemas';
import { ReadinessService } from './readiness.service';

@ApiTags('admin')
@ApiBearerAuth()
@RequireRole('admin')
@Controller('api/admin/readiness')
export class ReadinessController {
  constructor(private readonly readiness: ReadinessService) {}

  @Get()
  @ApiOperation({ summary: 'How many people are ready for the external side, at risk and why, or unknown.' })
  @ApiResponse({ status: 200, standardSchema: readinessReportSchema })
  report(): Promise<ReadinessReport> {
    return this.readiness.report();
  }
}

import { Inject, Injectable, ServiceUnavailableException } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorService, type HealthCheckResult } from '@nestjs/terminus';
import { HEALTH_COMPONENTS, type HealthComponent, type HealthComponents } from './health-component';

@Injectable()
export class HealthService {
  constructor(
    @Inject(HEALTH_COMPONENTS) private readonly components: HealthComponents,
    private readonly checks: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
  ) {}

  ready(withDetails: boolean): Promise<HealthCheckResult> {
    return this.run(this.components.ready, withDetails);
  }

  all(withDetails: boolean): Promise<HealthCheckResult> {
    return this.run(this.components.all, withDetails);
  }

  private async run(components: HealthComponent[], withDetails: boolean): Promise<HealthCheckResult> {
    try {
      return await this.checks.check(
        components.map((component) => () => this.indicate(component, withDetails)),
      );
    } catch (error) {
      // Terminus throws its own result when something is down; its shape is the contract, so it is the answer.
      if (error instanceof ServiceUnavailableException) return error.getResponse() as HealthCheckResult;
      throw error;
    }
  }

  private async indicate(component: HealthComponent, withDetails: boolean) {
    const { status, details = {} } = await component.check();
    const shown = withDetails ? details : {};
    const indicator = this.indicators.check(component.name);
    if (status === 'down') return indicator.down(shown);
    return status === 'degraded' ? indicator.degraded(shown) : indicator.up(shown);
  }
}

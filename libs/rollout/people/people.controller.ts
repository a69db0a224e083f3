import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { AdminUser, AdminUserChange, Page } from '@cutover/contracts';
import { type AuthenticatedUser, CurrentUser, RequireRole } from '@cutover/sessions';
import {
  adminUserChangeSchema,
  adminUserPageSchema,
  adminUserSchema,
  pageRequestSchema,
  userIdSchema,
} from '../rollout.schemas';
import { type PageRequest, PeopleService } from './people.service';

@ApiTags('admin')
@ApiBearerAuth()
@RequireRole('admin')
@Controller('api/admin/users')
export class PeopleController {
  constructor(private readonly people: PeopleService) {}

  @Get()
  @ApiOperation({ summary: 'Everybody, by id, with the side that their next sign-in goes to.' })
  @ApiResponse({ status: 200, standardSchema: adminUserPageSchema })
  page(@Query({ schema: pageRequestSchema }) request: PageRequest): Promise<Page<AdminUser>> {
    return this.people.page(request);
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Pins a person to a side, or keeps them out. Keeping out ends their sessions.' })
  @ApiResponse({ status: 200, standardSchema: adminUserSchema })
  change(
    @Param('id', { schema: userIdSchema }) id: number,
    @Body({ schema: adminUserChangeSchema }) change: AdminUserChange,
    @CurrentUser() by: AuthenticatedUser,
  ): Promise<AdminUser> {
    return this.people.change(id, change, { userId: by.id, name: by.username });
  }

  @Delete(':id/sessions')
  @HttpCode(204)
  @ApiOperation({ summary: 'Ends every session of a person. They may sign in again.' })
  @ApiResponse({ status: 204 })
  async endSessions(
    @Param('id', { schema: userIdSchema }) id: number,
    @CurrentUser() by: AuthenticatedUser,
  ): Promise<void> {
    await this.people.endSessions(id, { userId: by.id, name: by.username });
  }
}

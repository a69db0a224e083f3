import { inject, Injectable } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { type RouterStateSnapshot, TitleStrategy } from '@angular/router';

import { ORGANISATION } from './organisation';

/** `Your profile – Contoso`: the page first, since tabs and screen readers cut the end off. */
@Injectable({ providedIn: 'root' })
export class PageTitle extends TitleStrategy {
  private readonly title = inject(Title);
  private readonly organisation = inject(ORGANISATION);

  override updateTitle(snapshot: RouterStateSnapshot): void {
    const page = this.buildTitle(snapshot);
    this.title.setTitle(page === undefined ? this.organisation : `${page} – ${this.organisation}`);
  }
}

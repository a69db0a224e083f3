import { organisationName } from './organisation';

function page(name: string): Document {
  return new DOMParser().parseFromString(`<meta name="organisation" content="${name}">`, 'text/html');
}

describe('organisationName', () => {
  it('is what the API wrote into the page', () => {
    expect(organisationName(page('Contoso'))).toBe('Contoso');
  });

  it.each(['ORGANISATION_NAME', '', ' '])('is the product where it wrote %j', (name) => {
    expect(organisationName(page(name))).toBe('Cutover');
  });
});

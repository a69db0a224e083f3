module.exports = { displayName: 'external-auth', preset: '../../jest.preset.js' };

// Where the brokers are that tests/clients/run has started: one for everybody, one with a login.

const of = (which) => {
  const url = (transport) => {
    const name = `${which}_${transport}`;
    if (!process.env[name]) throw new Error(`${name} is not set: tests/clients/run sets it`);
    return process.env[name];
  };
  return { ws: url('WS'), tcp: url('TCP') };
};

export const brokers = { open: of('OPEN'), locked: of('LOCKED') };

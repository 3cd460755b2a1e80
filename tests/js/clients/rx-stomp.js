// @stomp/rx-stomp 2, which wraps stompjs in observables.

import { RxStomp } from '@stomp/rx-stomp';
import { filter, take } from 'rxjs';
import { Session } from './session.js';
import { disconnect, read } from './stompjs.js';

class Rx extends Session {
  constructor({ url, heartBeat = 0, ...connectHeaders }) {
    super();
    this.rx = new RxStomp();
    this.rx.configure({
      brokerURL: url,
      connectHeaders,
      heartbeatOutgoing: heartBeat,
      heartbeatIncoming: heartBeat,
      reconnectDelay: 0,
      debug: this.debug,
    });
    this.rx.serverHeaders$.pipe(take(1)).subscribe((headers) => this.onConnected(headers));
    this.rx.stompErrors$.subscribe((frame) => this.onError(frame.headers));
    const closed = (state) => state === 3;
    let opened = false;
    this.rx.connectionState$.pipe(filter((state) => {
      opened ||= !closed(state);
      return opened && closed(state);
    })).subscribe(() => this.onClosed());
    this.rx.activate();
  }

  async confirmed(id) {
    await this.rx.asyncReceipt(id);
    return id;
  }

  publish(destination, body, headers) {
    const content = typeof body === 'string' ? { body } : { binaryBody: body };
    this.rx.publish({ destination, headers, ...content });
  }

  listen(destination, onMessage, subHeaders) {
    this.rx.watch({ destination, subHeaders }).subscribe((message) => onMessage(read(message)));
  }

  /** It has no transactions of its own but lends its client. */
  begin() {
    return this.rx.stompClient.begin();
  }

  leave() {
    return disconnect(this.rx.stompClient, () => this.rx.deactivate());
  }

  drop() {
    return this.rx.deactivate({ force: true });
  }
}

export const rxStomp = {
  name: 'rx-stomp 2',
  version: '1.2',
  binary: true,
  large: true,
  open: (options) => new Rx(options),
};

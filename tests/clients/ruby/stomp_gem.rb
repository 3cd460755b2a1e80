# The Ruby gem stomp on the broker example, over TCP in every version of STOMP.
#
# tests/clients/run starts the brokers and says in the environment where they are.

require 'json'
require 'minitest/autorun'
require 'securerandom'
require 'stomp'
require 'timeout'
require 'uri'

LIMIT = 10 # seconds until a test gives up
LARGE = 200_000
HEART_BEAT = 1000 # milliseconds
BEATS = 5 # which take longer than the five seconds that a session is to last
TEXT = "Grüße, 안녕하세요, 🦀, \\n, line\nbreak, a:b, tab\t"
BYTES = (0..255).to_a.pack('C*') * 2

# What a connection of each version is put to.
module Checks
  def setup
    @connections = []
  end

  def teardown
    @connections.each { |connection| connection.disconnect if connection.open? }
  end

  def connect(broker = 'OPEN', login: '', passcode: '', heart_beat: nil)
    where = URI(ENV.fetch("#{broker}_TCP"))
    headers = version == '1.0' ? {} : { 'accept-version' => version, 'host' => 'any.example' }
    headers['heart-beat'] = heart_beat if heart_beat
    host = { host: where.host, port: where.port, login: login, passcode: passcode }
    options = { hosts: [host], reliable: false, connect_headers: headers, stompconn: version == '1.1' }
    connection = within { Stomp::Connection.new(options) }
    @connections << connection
    connection
  end

  def within(&block)
    Timeout.timeout(LIMIT, &block)
  end

  def take(connection, command = 'MESSAGE')
    frame = within { connection.receive }
    assert_equal command, frame.command, frame.to_s
    frame
  end

  # Gives the headers for a receipt to a block, and waits until the broker has confirmed what it does.
  def confirmed(connection, headers = {})
    receipt = SecureRandom.uuid
    yield headers.merge('receipt' => receipt)
    assert_equal receipt, take(connection, 'RECEIPT').headers['receipt-id']
  end

  def subscribe(connection, to, headers = {})
    confirmed(connection, headers) { |all| connection.subscribe(to, all, '0') }
  end

  # Sends, to where this connection is not subscribed.
  def publish(connection, to, body, headers = {})
    confirmed(connection, headers) { |all| connection.publish(to, body, all) }
  end

  def fresh(kind)
    "/#{kind}/ruby/#{SecureRandom.uuid}"
  end

  def echo(connection, body, headers = {})
    to = fresh('topic')
    subscribe(connection, to)
    connection.publish(to, body, headers)
    take(connection)
  end

  # ACK or NACK, as the version names what it is about.
  def settle(connection, verb, message, headers = {})
    names = message.headers
    id = names[version == '1.2' ? 'ack' : 'message-id']
    headers = headers.merge('subscription' => names['subscription']) if version == '1.1'
    connection.public_send(verb, id, headers)
  end

  # What a queue holds for whoever comes next, found by sending an end behind it.
  def rest(to)
    connection = connect
    publish(connection, to, 'end')
    connection.subscribe(to, {}, '0')
    found = []
    found << take(connection).body until found.last == 'end'
    found[0...-1]
  end

  # Takes three messages of a queue, does something with them, and leaves.
  def three(ack)
    to = fresh('queue')
    connection = connect
    %w[1 2 3].each { |text| publish(connection, to, text) }
    connection.subscribe(to, { 'ack' => ack }, '0')
    messages = Array.new(3) { take(connection) }
    assert_equal %w[1 2 3], messages.map(&:body)
    yield connection, messages
    leave(connection)
    rest(to)
  end

  # Says DISCONNECT, and waits for its receipt.
  def leave(connection)
    within { connection.disconnect('receipt' => 'bye') }
    assert_equal 'bye', connection.disconnect_receipt.headers['receipt-id']
  end

  def test_connects
    connected = connect.connection_frame
    assert_equal 'CONNECTED', connected.command
    assert_equal version, connected.headers['version'] || '1.0'
    refute_empty connected.headers['session']
  end

  def test_text
    [TEXT, '', 'x'].each do |body|
      message = echo(connect, body, 'content-type' => 'text/plain')
      assert_equal body, message.body.dup.force_encoding('UTF-8')
      assert_equal 'text/plain', message.headers['content-type']
    end
  end

  def test_json
    value = { 'list' => [1, 2.5, nil], 'text' => TEXT }
    message = echo(connect, JSON.generate(value), 'content-type' => 'application/json')
    assert_equal value, JSON.parse(message.body)
  end

  def test_binary_with_nuls
    message = echo(connect, BYTES, 'content-type' => 'application/octet-stream')
    assert_equal BYTES, message.body.b
  end

  def test_200_kb
    body = BYTES * (LARGE / BYTES.length + 1)
    assert_equal body, echo(connect, body).body.b
  end

  def test_headers_of_other_brokers
    connection = connect
    to = fresh('queue')
    subscribe(connection, to, 'durable' => 'true', 'prefetch-count' => '10', 'activemq.prefetchSize' => '1')
    told = { 'persistent' => 'true', 'priority' => '4', 'expires' => '0', 'odd' => 'a:b' }
    connection.publish(to, 'x', told)
    assert_equal told, take(connection).headers.slice(*told.keys)
  end

  def test_ack_auto
    assert_empty(three('auto') {})
  end

  def test_ack_client
    assert_equal(['3'], three('client') { |connection, (_, second)| settle(connection, :ack, second) })
  end

  def test_ack_client_individual
    skip 'STOMP 1.0 does not have it' if version == '1.0'
    left = three('client-individual') { |connection, (_, second)| settle(connection, :ack, second) }
    assert_equal %w[1 3], left
  end

  def test_nack
    skip 'STOMP 1.0 has no NACK' if version == '1.0'
    left = three('client-individual') do |connection, (first, second, third)|
      [first, third].each { |message| settle(connection, :ack, message) }
      settle(connection, :nack, second)
      again = take(connection)
      assert_equal %w[2 true], [again.body, again.headers['redelivered']]
      settle(connection, :ack, again)
    end
    assert_empty left
  end

  def test_transactions
    receiver = connect
    sender = connect
    to = fresh('topic')
    subscribe(receiver, to)
    %w[kept given].each { |name| sender.begin(name) }
    %w[a b].each { |text| publish(sender, to, text, 'transaction' => 'kept') }
    publish(sender, to, 'never', 'transaction' => 'given')
    publish(sender, to, 'before')
    sender.commit('kept')
    sender.abort('given')
    publish(sender, to, 'after')
    assert_equal(%w[before a b after], Array.new(4) { take(receiver).body })
  end

  def test_transactions_of_acknowledgements
    left = three('client') do |connection, (first, second)|
      %w[kept given].each { |name| connection.begin(name) }
      settle(connection, :ack, first, 'transaction' => 'kept')
      settle(connection, :ack, second, 'transaction' => 'given')
      connection.commit('kept')
      connection.abort('given')
    end
    assert_equal %w[2 3], left
  end

  def test_heart_beats
    skip 'STOMP 1.0 has no heart-beats' if version == '1.0'
    connection = connect(heart_beat: "#{HEART_BEAT},#{HEART_BEAT}")
    assert_equal '1000,1000', connection.connection_frame.headers['heart-beat']
    Timeout.timeout(2 * LIMIT) do
      sleep 0.05 until [connection.hbsend_count, connection.hbrecv_count].min >= BEATS
    end
    assert_equal 'still here', echo(connection, 'still here').body
  end

  def test_protocol_fault
    connection = connect
    connection.subscribe(fresh('topic'), { 'ack' => 'sometimes' }, '0')
    assert_equal 'bad-ack-mode', take(connection, 'ERROR').headers['error-code']
    capture_io { assert_nil(within { connection.receive }) } # It warns of the end.
  end

  def test_login
    right = connect('LOCKED', login: 'guest', passcode: 'guest')
    assert_equal 'guest', right.connection_frame.headers['user-name']
    [{ login: 'guest', passcode: 'wrong' }, {}].each do |credentials|
      refused = connect('LOCKED', **credentials).connection_frame
      assert_equal %w[ERROR auth-failed], [refused.command, refused.headers['error-code']]
    end
  end

  def test_disconnect_is_confirmed
    leave(connect)
  end
end

%w[1.0 1.1 1.2].each do |version|
  Object.const_set("Stomp#{version.delete('.')}OverTcp", Class.new(Minitest::Test) do
    include Checks
    define_method(:version) { version }
  end)
end

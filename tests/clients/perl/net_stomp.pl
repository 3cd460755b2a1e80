# Net::Stomp on the broker example, over TCP in every version of STOMP. It has no heart-beats.
#
# tests/clients/run starts the brokers and says in the environment where they are.

use strict;
use warnings;

use Encode qw(encode_utf8);
use Net::Stomp;
use Test::More;

my $LIMIT = 10;         # seconds until a test gives up
my $LARGE = 200_000;
my $BYTES = join('', map { chr } 0 .. 255) x 2;
my $TEXT  = encode_utf8("Gr\x{fc}\x{df}e, \x{1f980}, \\n, line\nbreak, a:b, tab\t");

my $last = 0;
my $version;

# A destination that nobody else uses.
sub fresh { my ($kind) = @_; return "/$kind/perl/$$-" . ++$last }

# A connection that has not said CONNECT.
sub reach {
    my ($broker) = @_;
    my ($host, $port) = $ENV{"${broker}_TCP"} =~ m{^tcp://(.+):(\d+)$};
    return Net::Stomp->new({
        hostname => $host, port => $port, timeout => $LIMIT, receipt_timeout => $LIMIT,
        reconnect_attempts => 1,
    });
}

sub greeting {
    my %more = @_;
    return { ($version eq '1.0' ? () : ('accept-version' => $version, host => 'any.example')), %more };
}

sub client {
    my $client = reach('OPEN');
    my $frame  = $client->connect(greeting());
    die 'not connected' unless $frame && $frame->command eq 'CONNECTED';
    return $client;
}

sub take {
    my ($client, $command) = @_;
    my $frame = $client->receive_frame or die "no $command came";
    $command //= 'MESSAGE';
    die "$command was expected, not " . $frame->as_string unless $frame->command eq $command;
    return $frame;
}

# Sends a frame for which the library has no verb, or none with a receipt, and waits for that.
sub confirmed {
    my ($client, $command, %headers) = @_;
    my $receipt = 'receipt-' . ++$last;
    $client->send_frame(Net::Stomp::Frame->new({
        command => $command, headers => { %headers, receipt => $receipt },
    }));
    my $confirmed = take($client, 'RECEIPT')->headers->{'receipt-id'};
    die "$confirmed was confirmed, not $receipt" unless $confirmed eq $receipt;
    return $confirmed;
}

# Sends, to where this client is not subscribed.
sub put {
    my ($client, $to, @bodies) = @_;
    $client->send_with_receipt({ destination => $to, body => $_ }) or die 'no receipt' for @bodies;
}

sub echo {
    my ($client, $body, %headers) = @_;
    my $to = fresh('topic');
    confirmed($client, 'SUBSCRIBE', destination => $to, id => $to);
    $client->send({ destination => $to, body => $body, %headers });
    return take($client);
}

# ACK or NACK, as the version names what it is about.
sub settle {
    my ($client, $verb, $frame, %headers) = @_;
    $headers{id} = $frame->headers->{ack} if $version eq '1.2';
    $headers{subscription} = $frame->headers->{subscription} if $version eq '1.1';
    $client->$verb({ frame => $frame, %headers });
}

# What a queue holds for whoever comes next, found by sending an end behind it.
sub rest {
    my ($to) = @_;
    my $client = client();
    put($client, $to, 'end');
    $client->subscribe({ destination => $to, id => 0 });
    my @found;
    push @found, take($client)->body until @found && $found[-1] eq 'end';
    $client->disconnect;
    return [ @found[ 0 .. $#found - 1 ] ];
}

# Takes three messages of a queue, does something with them, and leaves.
sub three {
    my ($ack, $settle) = @_;
    my ($to, $client) = (fresh('queue'), client());
    put($client, $to, 1 .. 3);
    $client->subscribe({ destination => $to, id => 0, ack => $ack });
    $settle->($client, map { take($client) } 1 .. 3);
    confirmed($client, 'DISCONNECT');
    return rest($to);
}

my @checks = (
    'connects' => sub {
        my $frame = reach('OPEN')->connect(greeting());
        is $frame->headers->{version} // '1.0', $version, 'the version';
        ok $frame->headers->{session}, 'the session';
    },
    'text' => sub {
        for my $body ($TEXT, '', 'x') {
            my $frame = echo(client(), $body, 'content-type' => 'text/plain');
            is $frame->body, $body, 'the body';
            is $frame->headers->{'content-type'}, 'text/plain', 'its type';
        }
    },
    'JSON' => sub {
        my $json = qq({"list":[1,2.5,null],"text":"$TEXT"});
        is echo(client(), $json, 'content-type' => 'application/json')->body, $json, 'the body';
    },
    'binary, with NULs' => sub {
        ok echo(client(), $BYTES, bytes_message => 1)->body eq $BYTES, 'the body';
    },
    '200 kB' => sub {
        my $body = $BYTES x ($LARGE / length($BYTES) + 1);
        ok echo(client(), $body, bytes_message => 1)->body eq $body, 'the body';
    },
    'headers of other brokers' => sub {
        my ($client, $to) = (client(), fresh('queue'));
        confirmed($client, 'SUBSCRIBE', destination => $to, id => 0, durable => 'true',
            'prefetch-count' => 10, 'activemq.prefetchSize' => 1);
        my %told = (persistent => 'true', priority => 4, expires => 0);
        $client->send({ destination => $to, body => 'x', %told });
        my $headers = take($client)->headers;
        is_deeply { map { $_ => $headers->{$_} } keys %told }, \%told, 'they are passed on';
    },
    'ack auto' => sub { is_deeply three('auto', sub { }), [], 'what is left' },
    'ack client' => sub {
        is_deeply three('client', sub { settle($_[0], 'ack', $_[2]) }), [3], 'what is left';
    },
    'ack client-individual' => sub {
        plan skip_all => 'STOMP 1.0 does not have it' if $version eq '1.0';
        my $left = three('client-individual', sub { settle($_[0], 'ack', $_[2]) });
        is_deeply $left, [1, 3], 'what is left';
    },
    'NACK' => sub {
        plan skip_all => 'STOMP 1.0 has none' if $version eq '1.0';
        my $left = three('client-individual', sub {
            my ($client, $first, $second, $third) = @_;
            settle($client, 'ack', $_) for $first, $third;
            settle($client, 'nack', $second);
            my $again = take($client);
            is $again->body, 2, 'it comes again';
            is $again->headers->{redelivered}, 'true', 'and says so';
            settle($client, 'ack', $again);
        });
        is_deeply $left, [], 'what is left';
    },
    'transactions' => sub {
        my ($receiver, $sender, $to) = (client(), client(), fresh('topic'));
        confirmed($receiver, 'SUBSCRIBE', destination => $to, id => 0);
        confirmed($sender, 'BEGIN', transaction => 'given');
        $sender->send({ destination => $to, body => 'never', transaction => 'given' });
        ok $sender->send_transactional({ destination => $to, body => 'kept' }), 'it is committed';
        confirmed($sender, 'ABORT', transaction => 'given');
        put($sender, $to, 'after');
        is_deeply [ map { take($receiver)->body } 1 .. 2 ], [qw(kept after)], 'what arrives';
    },
    'transactions of acknowledgements' => sub {
        my $left = three('client', sub {
            my ($client, $first, $second) = @_;
            confirmed($client, 'BEGIN', transaction => $_) for qw(kept given);
            settle($client, 'ack', $first, transaction => 'kept');
            settle($client, 'ack', $second, transaction => 'given');
            confirmed($client, 'COMMIT', transaction => 'kept');
            confirmed($client, 'ABORT', transaction => 'given');
        });
        is_deeply $left, [2, 3], 'what is left';
    },
    'a protocol fault' => sub {
        my $client = client();
        $client->subscribe({ destination => fresh('topic'), id => 0, ack => 'sometimes' });
        is take($client, 'ERROR')->headers->{'error-code'}, 'bad-ack-mode', 'ERROR says which';
        is $client->receive_frame, undef, 'and it ends';
    },
    'login' => sub {
        my $right = reach('LOCKED')->connect(greeting(login => 'guest', passcode => 'guest'));
        is $right->headers->{'user-name'}, 'guest', 'the right one';
        for my $login ({ login => 'guest', passcode => 'wrong' }, {}) {
            my $refused = reach('LOCKED')->connect(greeting(%$login));
            is $refused->headers->{'error-code'}, 'auth-failed', 'a wrong one, or none';
        }
    },
    'DISCONNECT is confirmed' => sub { ok confirmed(client(), 'DISCONNECT'), 'by its receipt' },
);

for my $each (qw(1.0 1.1 1.2)) {
    $version = $each;
    for (my $at = 0; $at < @checks; $at += 2) {
        subtest "Net::Stomp, STOMP $version: $checks[$at]" => $checks[ $at + 1 ];
    }
}
done_testing;

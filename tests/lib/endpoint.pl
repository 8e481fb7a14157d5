# An OpenAI-compatible endpoint on a free port of this machine: prints its port, then appends the Authorization header of
# every call to the file that it is given. Ends by itself after five minutes.
use strict;
use warnings;
use IO::Socket::INET;
use JSON::PP;

my ($seen) = @ARGV;
$| = 1;
alarm 300;
my $server = IO::Socket::INET->new(Listen => 16, LocalAddr => '127.0.0.1', ReuseAddr => 1) or die "cannot listen: $!";
print $server->sockport, "\n";
while (my $client = $server->accept) {
    my ($path, $length, $key) = ('', 0, '');
    while (defined(my $line = <$client>)) {
        $path = $1 if $line =~ /^POST (\S+)/;
        $length = $1 if $line =~ /^content-length: *(\d+)/i;
        $key = $1 if $line =~ /^authorization: *(.*?)\r?\n/i;
        last if $line =~ /^\r?\n/;
    }
    read($client, my $body, $length);
    open my $out, '>>', $seen or die "$seen: $!";
    print $out "$path $key\n";
    close $out;
    my $request = eval { decode_json($body) } || {};
    my $n = -1;
    my $answer = $path =~ /embeddings$/
        ? {model => 'stub', data => [map { $n++; {index => $n, embedding => [1, 2, 3]} } @{$request->{input}}], usage => {prompt_tokens => 1}}
        : {model => 'stub', choices => [{finish_reason => 'stop', message => {role => 'assistant', content => 'Claro!'}}],
           usage => {prompt_tokens => 1, completion_tokens => 1}};
    my $json = encode_json($answer);
    print $client "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ", length $json, "\r\nConnection: close\r\n\r\n", $json;
    close $client;
}

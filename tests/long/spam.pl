# Mails judged by SpamAssassin's local rules, without network: the names of files in, a line of points and rules for each out.
use strict;
use warnings;
use Mail::SpamAssassin;

my $assassin = Mail::SpamAssassin->new({ local_tests_only => 1, dont_copy_prefs => 1, userprefs_filename => "/dev/null" });
for my $file (@ARGV) {
    open(my $mail, "<:raw", $file) or die "$file: $!";
    my $parsed = $assassin->parse([<$mail>]);
    my $judged = $assassin->check($parsed);
    my %scores = %{ $judged->{conf}->{scores} };
    print join(" ", map { "$_=" . $scores{$_} } @{ $judged->{test_names_hit} }), "\n";
    $judged->finish();
    $parsed->finish();
}

# For each script that runs tests, ahead of all else: what it starts has no signal ignored. Callers
# such as nohup(1), service managers, and shells for what they run behind them ignore some, which is
# inherited; then nothing ends a build by them, and what writes into a closed pipe tells of it. A
# shell cannot undo that, but perl can: it runs the script once more.
# shellcheck shell=sh

if [ "${SIGNALS_RESET_BY-}" != $$ ]; then
	# shellcheck disable=SC2016 # the variables are perl's
	exec perl -e '
		$SIG{$_} = "DEFAULT" for qw(HUP INT QUIT PIPE ALRM TERM USR1 USR2 CHLD XCPU XFSZ);
		$ENV{SIGNALS_RESET_BY} = $$;
		exec @ARGV or die "$ARGV[0]: $!\n"' sh "$0" "$@"
fi
unset SIGNALS_RESET_BY

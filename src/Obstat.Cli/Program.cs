using Obstat.Cli.Commands;

return await Entry.RunAsync(args).ConfigureAwait(false);

using System.IO.Compression;
using System.Text.Json;
using Obstat.Cedar.Conformance;

// Usage: Obstat.Cedar.Conformance [--evaluator reference|fast] [--plane] FILE ..
// Each FILE holds one test a line, plain or gzip. Prints what does not agree, then "N passed, N failed". Ends with 1 if anything failed, 2 if it could not run.
var files = new List<string>();
var (isFast, isPlane) = (false, false);
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--plane":
            isPlane = true;
            break;
        case "--evaluator" when i + 1 < args.Length && args[i + 1] is "reference" or "fast":
            isFast = args[++i] == "fast";
            break;
        case ['-', ..]:
            Console.Error.WriteLine($"unknown option {args[i]}");
            return 2;
        default:
            files.Add(args[i]);
            break;
    }
}

if (files.Count == 0)
{
    Console.Error.WriteLine("usage: Obstat.Cedar.Conformance [--evaluator reference|fast] [--plane] FILE ..");
    return 2;
}

var (passed, failed) = (0, 0);
foreach (var file in files)
{
    using var stream = File.OpenRead(file);
    using Stream plain = file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream;
    using var reader = new StreamReader(plain);
    while (reader.ReadLine() is { } line)
    {
        if (line.Length == 0)
        {
            continue;
        }

        var judge = new TestJudge(isFast, isPlane);
        judge.Judge(JsonElement.Parse(line));
        foreach (var mismatch in judge.Mismatches)
        {
            Console.WriteLine(mismatch);
        }

        _ = judge.Mismatches.Count == 0 ? passed++ : failed++;
    }
}

Console.WriteLine($"{passed} passed, {failed} failed");
return failed == 0 ? 0 : 1;

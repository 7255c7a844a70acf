using System.Globalization;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Validation;

namespace Obstat.Cedar.Tests;

/// <summary>Where the process runs changes no byte of what is written.</summary>
[Collection("alone")]
public sealed class SurroundingsTests
{
    [Fact]
    public void Every_culture_and_time_zone_writes_the_same_bytes()
    {
        var expected = Everything();
        var (culture, zone) = (CultureInfo.CurrentCulture, Environment.GetEnvironmentVariable("TZ"));
        try
        {
            // Where the machine has no cultures, these stand for what they would change.
            var planted = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            (planted.NumberFormat.NegativeSign, planted.NumberFormat.NumberDecimalSeparator, planted.DateTimeFormat.DateSeparator, planted.DateTimeFormat.TimeSeparator) = ("~", ",", "!", ";");
            foreach (var one in CultureInfo.GetCultures(CultureTypes.AllCultures).Append(planted))
            {
                CultureInfo.CurrentCulture = one;
                Assert.True(expected == Everything(), one.Name);
            }

            CultureInfo.CurrentCulture = culture;
            var offsets = new HashSet<TimeSpan>();
            foreach (var name in new[] { "Pacific/Kiritimati", "America/St_Johns", "Asia/Kathmandu", "Etc/GMT+12" })
            {
                Environment.SetEnvironmentVariable("TZ", name);
                TimeZoneInfo.ClearCachedData();
                _ = offsets.Add(TimeZoneInfo.Local.BaseUtcOffset);
                Assert.True(expected == Everything(), name);
            }

            Assert.Equal(4, offsets.Count);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
            Environment.SetEnvironmentVariable("TZ", zone);
            TimeZoneInfo.ClearCachedData();
        }
    }

    /// <summary>What this room writes about one case: every form of policies and schemas, entities, an answer, and every complaint.</summary>
    private static string Everything()
    {
        var g = new CaseGenerator(7);
        var texts = Enumerable.Range(0, 12).Select(_ => g.PolicyText()).ToList();
        var set = PolicySet.Parse(string.Join("\n", texts)).Require();
        var schema = Schema.Parse(CaseGenerator.Schema).Require();
        var store = EntityStore.Load(g.EntitiesJson()).Require();
        var request = PropertyTests.Request(g);
        var (strict, standard) = (Evaluator.Decide(set, store, request, Mode.Strict), Evaluator.Decide(set, store, request, Mode.Standard));
        var fragment = SchemaFragment.Parse(CaseGenerator.Schema).Require();
        return string.Join(
            "\n",
            [
                set.ToJson(),
                .. set.Policies.Select(p => p.ToText()),
                Formatter.Format(string.Join("\n", texts)).Require(),
                .. store.Entities.Select(e => $"{e.Uid} {e.Attributes} {e.Tags}"),
                .. strict.Permits, .. strict.Forbids, .. standard.Errors.Select(e => e.ToString()), .. strict.Missing.Select(m => m.ToString()),
                .. Validator.Check(set, schema, 1).All.Select(d => d.ToString()),
                .. Linter.Check(set, schema, store, 1).All.Select(d => d.ToString()),
                .. SchemaCheck.Entities(store, schema).All.Select(d => d.ToString()),
                .. PolicySet.Parse("permit(principal, action, resource) when { 1 < 2 < 3 && 9223372036854775808 };").Diagnostics.Select(d => d.Describe("")),
                fragment.ToText(),
                fragment.ToJson(),
            ]);
    }
}

/// <summary>Tests that change the whole process, or measure what it allocates: nothing else runs beside them.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class Alone;

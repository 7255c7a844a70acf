using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Obstat.Samples.Payments;

/// <summary>
/// The payments themselves. Every effect is in the journal before its answer leaves; after a restart the journal is what happened.
/// </summary>
public sealed class Bank
{
    private readonly Lock _gate = new();
    private readonly Journal _journal;
    private readonly List<(decimal Amount, string Currency, string To, string? Note)> _transfers = [];

    /// <summary>Starts from what the journal says was done.</summary>
    public Bank(Journal journal)
    {
        _journal = journal;
        foreach (var effect in journal.Past)
        {
            if ((string?)effect["tool"] == "transfer" && effect["arguments"] is JsonObject arguments)
            {
                _transfers.Add(Transfer(JsonSerializer.SerializeToElement(arguments)));
            }
        }
    }

    /// <summary>Performs one call. A tool that only the definitions file knows is an effect that answers <c>done</c>: enough for a test to see whether it ran.</summary>
    /// <returns>The text of the answer, and whether the call failed for a reason of its own.</returns>
    public (string Text, bool IsError) Call(string tool, JsonObject arguments)
    {
        var element = JsonSerializer.SerializeToElement(arguments);
        try
        {
            return tool switch
            {
                "transfer" => (Transfer(arguments, element), false),
                "balance" => (Balance(Text(element, "account")), false),
                "history" => (History(), false),
                _ => (Other(tool, arguments), false),
            };
        }
        catch (FormatException fault)
        {
            return (fault.Message, true);
        }
    }

    private string Transfer(JsonObject arguments, JsonElement element)
    {
        var transfer = Transfer(element);
        lock (_gate)
        {
            _journal.Effect("transfer", arguments);
            _transfers.Add(transfer);
            return $"transferred {Money(transfer.Amount, transfer.Currency)} to {transfer.To}, transfer {_transfers.Count}";
        }
    }

    private string Balance(string account)
    {
        lock (_gate)
        {
            var sums = _transfers.Where(transfer => transfer.To == account).GroupBy(transfer => transfer.Currency, StringComparer.Ordinal)
                .OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => Money(group.Sum(transfer => transfer.Amount), group.Key)).ToList();
            return $"{account}: {(sums.Count == 0 ? "0.00 EUR" : string.Join(", ", sums))}";
        }
    }

    private string History()
    {
        lock (_gate)
        {
            var text = new StringBuilder($"{_transfers.Count} transfers");
            foreach (var (amount, currency, to, note) in _transfers)
            {
                text.Append('\n').Append(Money(amount, currency)).Append(" to ").Append(to).Append(note is null ? "" : $" ({note})");
            }

            return text.ToString();
        }
    }

    private string Other(string tool, JsonObject arguments)
    {
        _journal.Effect(tool, arguments);
        return "done";
    }

    private static (decimal Amount, string Currency, string To, string? Note) Transfer(JsonElement arguments)
    {
        var amount = arguments.TryGetProperty("amount", out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) ? number
            : throw new FormatException("amount: expected a number");
        return amount > 0 ? (amount, Optional(arguments, "currency") ?? "EUR", Text(arguments, "to"), Optional(arguments, "note"))
            : throw new FormatException("amount: expected more than zero");
    }

    private static string Text(JsonElement arguments, string name) => Optional(arguments, name) ?? throw new FormatException($"{name}: expected a string");

    private static string? Optional(JsonElement arguments, string name) => !arguments.TryGetProperty(name, out var value) ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString() : throw new FormatException($"{name}: expected a string");

    private static string Money(decimal amount, string currency) => string.Create(CultureInfo.InvariantCulture, $"{amount:0.00##########} {currency}");
}

import type { Json, Named, Rpc } from "./named.ts";

export type { Json };

export type Database = {
  "public": {
    Tables: { [_ in never]: never };
    Views: { [_ in never]: never };
    Functions: {
      acquire_lease: Rpc<{ string: "key owner"; number: "ttl_ms" }, Json>;
      active_locks: Rpc<{}, Named<{
        string: "expires_at holder key kind lock_id since";
        number: "fencing_token held_ms longest_wait_ms pid waiters";
      }>[]>;
      adjust_cash: Rpc<{ string: "account note"; number: "amount" }, Json>;
      alert_health: Rpc<{ "string?": "account from_time to_time"; "number?": "intervals" }, Named<{
        number: "alerts contradictions duplicates missed refused repairs unpriced";
        string: "cost last_alert_at silence_reason silence_seconds silent_at strategy usual_seconds";
        Json: "refusals";
        boolean: "silent";
      }>[]>;
      alert_latency: Rpc<{
        "string?": "account by from_time only_strategy only_symbol to_time";
        "number?": "late_seconds";
      }, Named<{
        number: "alerts hour late";
        string:
          | "book_max book_p50 book_p90 book_p99 receive_max receive_p50 receive_p90 receive_p99"
          | "strategy total_max total_p50 total_p90 total_p99";
      }>[]>;
      book_waiting_alerts: Rpc<{ string: "account"; "number?": "at_most"; strings: "tickets" }, Json>;
      catch_up_shadow_account: Rpc<{ string: "account shadow"; "number?": "at_most" }, Json>;
      claim_marks: Rpc<{ "string?": "at"; "number?": "at_most lease_seconds" }, Json>;
      claim_notifications: Rpc<{ "number?": "at_most lease_seconds lines" }, Json>;
      compact_history: Rpc<{ "number?": "max_rows" }, number>;
      compare_accounts: Rpc<{
        "string?": "account baseline from_time only_strategy only_symbol to_time";
        "number?": "late_seconds match_seconds";
      }, Record<string, unknown>>;
      compare_curve: Rpc<{
        "string?": "account baseline bucket from_time only_strategy only_symbol to_time";
      }, Named<{ string: "baseline_profit profit time" }>[]>;
      compare_orders: Rpc<{
        "string?": "account baseline from_time only_status only_strategy only_symbol to_time";
        "number?": "before late_seconds limit match_seconds";
      }, Named<{
        string:
          | "alert_id alert_time baseline_alert_id baseline_price baseline_profit baseline_quantity"
          | "baseline_time booked_at code cost id price price_drift profit profit_drift quantity"
          | "seconds side signal status strategy symbol";
        number: "number";
      }>[]>;
      compare_strategies: Rpc<
        { "string?": "account bucket from_time to_time"; "strings?": "strategies" },
        Record<string, unknown>
      >;
      complete_notification: Rpc<{ number: "id"; string: "lease" }, boolean>;
      create_account: Rpc<{
        string: "account";
        "string?": "currency owner_id";
        "number?": "initial_cash";
        "Json?": "settings";
      }, Json>;
      create_notification_channel: Rpc<{
        "strings?": "accounts events";
        string: "channel kind";
        "string?": "chat_id secret token url";
      }, Json>;
      daily_results: Rpc<
        { "string?": "account from_day only_strategy to_day" },
        Named<{ string: "day net_pnl"; number: "trades wins" }>[]
      >;
      delete_mark_source: Rpc<{ string: "source" }, Json>;
      delete_notification_channel: Rpc<{ string: "channel" }, Json>;
      deposit: Rpc<{ string: "account"; number: "amount"; "string?": "note" }, Json>;
      enqueue_alert_events: Rpc<{ "string?": "at" }, number>;
      enqueue_daily_summaries: Rpc<{ "string?": "at" }, number>;
      enqueue_timed_events: Rpc<{ "string?": "at" }, number>;
      equity_curve: Rpc<{ "string?": "account bucket from_time to_time"; "number?": "in_epoch" }, Named<{
        string: "close deposits drawdown drawdown_percent exposure gain high low net_pnl open time";
      }>[]>;
      fail_notification: Rpc<{
        string: "error lease";
        number: "id";
        "boolean?": "refused";
        "number?": "retry_after";
      }, Json>;
      halt_account: Rpc<{ string: "account"; "string?": "reason" }, Json>;
      history_archive: Rpc<{ "string?": "account"; "number?": "in_epoch" }, Named<{
        number: "archived_marks epoch keep_marks_days keep_minute_bars_days";
        string: "archived_until";
      }>[]>;
      late_alerts: Rpc<{
        "string?": "account from_time only_strategy only_symbol to_time";
        "number?": "before late_seconds limit";
      }, Named<{
        string:
          | "booked_at code id received_at seconds seconds_to_book seconds_to_receive sent_at"
          | "status strategy symbol";
      }>[]>;
      list_accounts: Rpc<{}, Named<{
        string: "currency halt_reason name role time_zone";
        number: "epoch version";
        boolean: "halted";
      }>[]>;
      list_alert_gaps: Rpc<{
        "string?": "account from_time only_status only_strategy only_symbol to_time";
        "number?": "before limit";
      }, Named<{
        string:
          | "at booked cost cost_reason due_price expected held id least_cost missed most_cost"
          | "previous price since status strategy symbol";
        boolean: "repaired";
      }>[]>;
      list_alerts: Rpc<{
        "string?": "account only_status only_strategy only_symbol";
        "number?": "before in_epoch limit";
      }, Named<{
        string: "alert_time code id last_duplicate_at received_at status strategy symbol";
        Json: "answer request";
        number: "duplicates";
        strings: "ignored";
      }>[]>;
      list_fills: Rpc<{
        "string?": "account only_strategy only_symbol";
        "number?": "before in_epoch limit";
      }, Named<{
        string:
          | "alert_id fee filled_at id multiplier order_id price quantity rate realized_pnl side"
          | "strategy symbol";
      }>[]>;
      list_live_marks: Rpc<{ "string?": "account" }, Named<{
        string: "checked_at exchange marked_at price problem read_until source symbol";
        Json: "held_back";
      }>[]>;
      list_mark_sources: Rpc<{}, Json>;
      list_marks: Rpc<
        { "string?": "account bucket from_time symbol to_time" },
        Named<{ string: "close high low marked_symbol open time" }>[]
      >;
      list_notification_channels: Rpc<{}, Json>;
      list_notifications: Rpc<{ "string?": "channel status"; "number?": "limit" }, Json>;
      list_orders: Rpc<{
        "string?": "account only_status only_strategy only_symbol";
        "number?": "before in_epoch limit";
      }, Named<{
        string:
          | "alert_id bracket_id closed_at created_at expires_at id leg limit_price quantity reason"
          | "side status stop_price strategy symbol time_in_force trail_amount trail_percent type";
        boolean: "reduce_only waiting";
      }>[]>;
      list_positions: Rpc<{
        "string?": "account after_strategy after_symbol only_strategy only_symbol";
        "number?": "limit";
      }, Named<{
        string:
          | "average_price cost_basis fees mark marked_at market_value multiplier opened_at"
          | "quantity rate realized_pnl side strategy symbol unrealized_pnl";
        number: "version";
      }>[]>;
      list_shadow_accounts: Rpc<{ "string?": "account" }, Named<{
        number: "behind";
        string: "behind_since equity failed_at failure net_pnl shadow size_factor";
        Json: "differs";
      }>[]>;
      list_trades: Rpc<{
        "string?": "account only_strategy only_symbol";
        "number?": "before in_epoch limit";
      }, Named<{
        string:
          | "closed_at drawdown duration entry_price exit_price fees gross_pnl id mae mfe net_pnl"
          | "opened_at quantity side strategy symbol";
      }>[]>;
      lock_status: Rpc<{ string: "lock_key" }, Json>;
      notification_target: Rpc<{ string: "channel" }, Json>;
      notification_work: Rpc<{}, Json>;
      performance: Rpc<{
        "string?": "account from_time only_strategy only_symbol to_time";
        "number?": "in_epoch";
      }, Record<string, unknown>>;
      portfolio_overview: Rpc<{ "string?": "account" }, Record<string, unknown>>;
      portfolio_summary: Rpc<{ "string?": "account" }, Record<string, unknown>>;
      preview_alerts: Rpc<{ Json: "alerts" }, Json>;
      process_alerts: Rpc<{ Json: "alerts"; "boolean?": "wait"; "numbers?": "within_ms" }, Json>;
      profit_curve: Rpc<
        { "string?": "account bucket from_time only_strategy only_symbol to_time" },
        Named<{ string: "drawdown gain net_pnl time"; number: "trades" }>[]
      >;
      read_metrics: Rpc<{}, Json>;
      reading_settings: Rpc<{ strings: "accounts" }, Json>;
      record_cash: Rpc<
        { string: "account kind"; number: "amount"; "string?": "at note strategy symbol" },
        Json
      >;
      record_marks: Rpc<{ string: "at lease"; "Json?": "pauses"; Json: "results" }, number>;
      record_metrics: Rpc<{
        string: "function_name isolate";
        "Json?": "gauges";
        Json: "metrics";
        number: "report";
      }, boolean>;
      release_lease: Rpc<{ "number?": "fencing_token"; string: "key owner" }, Json>;
      release_notifications: Rpc<{ string: "lease" }, number>;
      remove_shadow_account: Rpc<{ string: "account shadow" }, Json>;
      renew_lease: Rpc<{ number: "fencing_token ttl_ms"; string: "key owner" }, Json>;
      replay_account: Rpc<{ string: "account into"; "Json?": "overrides" }, Json>;
      resend_notifications: Rpc<{ string: "channel"; "numbers?": "ids" }, number>;
      reset_account: Rpc<{ string: "account"; "number?": "initial_cash" }, Json>;
      results: Rpc<{ "string?": "account by only_strategy only_symbol" }, Named<{
        string: "fees income name net_pnl realized_pnl unrealized_pnl";
        number: "open_positions";
      }>[]>;
      resume_account: Rpc<{ string: "account" }, Json>;
      schema_version: Rpc<{}, string>;
      split: Rpc<{ number: "new_units"; "number?": "old_units"; string: "symbol" }, Json>;
      symbol_chart: Rpc<{ "string?": "account bucket from_time only_strategy symbol to_time" }, Named<{
        string: "bought buy_price close high low open sell_price sold time";
        number: "buys sells";
      }>[]>;
      system_status: Rpc<{}, Json>;
      update_account_settings: Rpc<{ string: "account"; Json: "settings" }, Json>;
      update_notification_channel: Rpc<{ Json: "changes"; string: "channel" }, Json>;
      upsert_instrument: Rpc<{
        "strings?": "aliases";
        "boolean?": "allow_nonpositive";
        "number?": "lot_size multiplier tick_size";
        "string?": "quote_currency";
        string: "symbol";
      }, Json>;
      upsert_mark_source: Rpc<{ Json: "settings"; string: "source" }, Json>;
      upsert_shadow_account: Rpc<{
        string: "account shadow";
        "number?": "initial_cash size_factor";
        "Json?": "settings";
      }, Json>;
      verify_account: Rpc<
        { "string?": "account" },
        Named<{ string: "actual expected item strategy symbol" }>[]
      >;
      warm_up: Rpc<{}, boolean>;
      withdraw: Rpc<{ string: "account"; number: "amount"; "string?": "note" }, Json>;
    };
    Enums: { [_ in never]: never };
    CompositeTypes: { [_ in never]: never };
  };
};

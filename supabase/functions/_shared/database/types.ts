export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type Database = {
  "public": {
    Tables: {
      [_ in never]: never;
    };
    Views: {
      [_ in never]: never;
    };
    Functions: {
      "acquire_lease": { Args: { "key": string; "owner": string; "ttl_ms": number }; Returns: Json };
      "active_locks": {
        Args: Record<PropertyKey, never>;
        Returns: {
          "expires_at": string;
          "fencing_token": number;
          "held_ms": number;
          "holder": string;
          "key": string;
          "kind": string;
          "lock_id": string;
          "longest_wait_ms": number;
          "pid": number;
          "since": string;
          "waiters": number;
        }[];
      };
      "adjust_cash": { Args: { "account": string; "amount": number; "note": string }; Returns: Json };
      "alert_health": {
        Args: { "account"?: string; "from_time"?: string; "intervals"?: number; "to_time"?: string };
        Returns: {
          "alerts": number;
          "contradictions": number;
          "cost": string;
          "duplicates": number;
          "last_alert_at": string;
          "missed": number;
          "refusals": Json;
          "refused": number;
          "repairs": number;
          "silence_reason": string;
          "silence_seconds": string;
          "silent": boolean;
          "silent_at": string;
          "strategy": string;
          "unpriced": number;
          "usual_seconds": string;
        }[];
      };
      "alert_latency": {
        Args: {
          "account"?: string;
          "by"?: string;
          "from_time"?: string;
          "late_seconds"?: number;
          "only_strategy"?: string;
          "only_symbol"?: string;
          "to_time"?: string;
        };
        Returns: {
          "alerts": number;
          "book_max": string;
          "book_p50": string;
          "book_p90": string;
          "book_p99": string;
          "hour": number;
          "late": number;
          "receive_max": string;
          "receive_p50": string;
          "receive_p90": string;
          "receive_p99": string;
          "strategy": string;
          "total_max": string;
          "total_p50": string;
          "total_p90": string;
          "total_p99": string;
        }[];
      };
      "book_waiting_alerts": {
        Args: { "account": string; "at_most"?: number; "tickets": (string)[] };
        Returns: Json;
      };
      "catch_up_shadow_account": {
        Args: { "account": string; "at_most"?: number; "shadow": string };
        Returns: Json;
      };
      "claim_marks": { Args: { "at"?: string; "at_most"?: number; "lease_seconds"?: number }; Returns: Json };
      "claim_notifications": {
        Args: { "at_most"?: number; "lease_seconds"?: number; "lines"?: number };
        Returns: Json;
      };
      "compact_history": { Args: { "max_rows"?: number }; Returns: number };
      "compare_accounts": {
        Args: {
          "account"?: string;
          "baseline"?: string;
          "from_time"?: string;
          "late_seconds"?: number;
          "match_seconds"?: number;
          "only_strategy"?: string;
          "only_symbol"?: string;
          "to_time"?: string;
        };
        Returns: Record<string, unknown>;
      };
      "compare_curve": {
        Args: {
          "account"?: string;
          "baseline"?: string;
          "bucket"?: string;
          "from_time"?: string;
          "only_strategy"?: string;
          "only_symbol"?: string;
          "to_time"?: string;
        };
        Returns: {
          "baseline_profit": string;
          "profit": string;
          "time": string;
        }[];
      };
      "compare_orders": {
        Args: {
          "account"?: string;
          "baseline"?: string;
          "before"?: number;
          "from_time"?: string;
          "late_seconds"?: number;
          "limit"?: number;
          "match_seconds"?: number;
          "only_status"?: string;
          "only_strategy"?: string;
          "only_symbol"?: string;
          "to_time"?: string;
        };
        Returns: {
          "alert_id": string;
          "alert_time": string;
          "baseline_alert_id": string;
          "baseline_price": string;
          "baseline_profit": string;
          "baseline_quantity": string;
          "baseline_time": string;
          "booked_at": string;
          "code": string;
          "cost": string;
          "id": string;
          "number": number;
          "price": string;
          "price_drift": string;
          "profit": string;
          "profit_drift": string;
          "quantity": string;
          "seconds": string;
          "side": string;
          "signal": string;
          "status": string;
          "strategy": string;
          "symbol": string;
        }[];
      };
      "compare_strategies": {
        Args: {
          "account"?: string;
          "bucket"?: string;
          "from_time"?: string;
          "strategies"?: (string)[];
          "to_time"?: string;
        };
        Returns: Record<string, unknown>;
      };
      "complete_notification": { Args: { "id": number; "lease": string }; Returns: boolean };
      "create_account": {
        Args: {
          "account": string;
          "currency"?: string;
          "initial_cash"?: number;
          "owner_id"?: string;
          "settings"?: Json;
        };
        Returns: Json;
      };
      "create_notification_channel": {
        Args: {
          "accounts"?: (string)[];
          "channel": string;
          "chat_id"?: string;
          "events"?: (string)[];
          "kind": string;
          "secret"?: string;
          "token"?: string;
          "url"?: string;
        };
        Returns: Json;
      };
      "daily_results": {
        Args: { "account"?: string; "from_day"?: string; "only_strategy"?: string; "to_day"?: string };
        Returns: {
          "day": string;
          "net_pnl": string;
          "trades": number;
          "wins": number;
        }[];
      };
      "delete_mark_source": { Args: { "source": string }; Returns: Json };
      "delete_notification_channel": { Args: { "channel": string }; Returns: Json };
      "deposit": { Args: { "account": string; "amount": number; "note"?: string }; Returns: Json };
      "enqueue_alert_events": { Args: { "at"?: string }; Returns: number };
      "enqueue_daily_summaries": { Args: { "at"?: string }; Returns: number };
      "enqueue_timed_events": { Args: { "at"?: string }; Returns: number };
      "equity_curve": {
        Args: {
          "account"?: string;
          "bucket"?: string;
          "from_time"?: string;
          "in_epoch"?: number;
          "to_time"?: string;
        };
        Returns: {
          "close": string;
          "deposits": string;
          "drawdown": string;
          "drawdown_percent": string;
          "exposure": string;
          "gain": string;
          "high": string;
          "low": string;
          "net_pnl": string;
          "open": string;
          "time": string;
        }[];
      };
      "fail_notification": {
        Args: { "error": string; "id": number; "lease": string; "refused"?: boolean; "retry_after"?: number };
        Returns: Json;
      };
      "halt_account": { Args: { "account": string; "reason"?: string }; Returns: Json };
      "history_archive": {
        Args: { "account"?: string; "in_epoch"?: number };
        Returns: {
          "archived_marks": number;
          "archived_until": string;
          "epoch": number;
          "keep_marks_days": number;
          "keep_minute_bars_days": number;
        }[];
      };
      "late_alerts": {
        Args: {
          "account"?: string;
          "before"?: number;
          "from_time"?: string;
          "late_seconds"?: number;
          "limit"?: number;
          "only_strategy"?: string;
          "only_symbol"?: string;
          "to_time"?: string;
        };
        Returns: {
          "booked_at": string;
          "code": string;
          "id": string;
          "received_at": string;
          "seconds": string;
          "seconds_to_book": string;
          "seconds_to_receive": string;
          "sent_at": string;
          "status": string;
          "strategy": string;
          "symbol": string;
        }[];
      };
      "list_accounts": {
        Args: Record<PropertyKey, never>;
        Returns: {
          "currency": string;
          "epoch": number;
          "halt_reason": string;
          "halted": boolean;
          "name": string;
          "role": string;
          "time_zone": string;
          "version": number;
        }[];
      };
      "list_alert_gaps": {
        Args: {
          "account"?: string;
          "before"?: number;
          "from_time"?: string;
          "limit"?: number;
          "only_status"?: string;
          "only_strategy"?: string;
          "only_symbol"?: string;
          "to_time"?: string;
        };
        Returns: {
          "at": string;
          "booked": string;
          "cost": string;
          "cost_reason": string;
          "due_price": string;
          "expected": string;
          "held": string;
          "id": string;
          "least_cost": string;
          "missed": string;
          "most_cost": string;
          "previous": string;
          "price": string;
          "repaired": boolean;
          "since": string;
          "status": string;
          "strategy": string;
          "symbol": string;
        }[];
      };
      "list_alerts": {
        Args: {
          "account"?: string;
          "before"?: number;
          "in_epoch"?: number;
          "limit"?: number;
          "only_status"?: string;
          "only_strategy"?: string;
          "only_symbol"?: string;
        };
        Returns: {
          "alert_time": string;
          "answer": Json;
          "code": string;
          "duplicates": number;
          "id": string;
          "ignored": (string)[];
          "last_duplicate_at": string;
          "received_at": string;
          "request": Json;
          "status": string;
          "strategy": string;
          "symbol": string;
        }[];
      };
      "list_fills": {
        Args: {
          "account"?: string;
          "before"?: number;
          "in_epoch"?: number;
          "limit"?: number;
          "only_strategy"?: string;
          "only_symbol"?: string;
        };
        Returns: {
          "alert_id": string;
          "fee": string;
          "filled_at": string;
          "id": string;
          "multiplier": string;
          "order_id": string;
          "price": string;
          "quantity": string;
          "rate": string;
          "realized_pnl": string;
          "side": string;
          "strategy": string;
          "symbol": string;
        }[];
      };
      "list_live_marks": {
        Args: { "account"?: string };
        Returns: {
          "checked_at": string;
          "exchange": string;
          "held_back": Json;
          "marked_at": string;
          "price": string;
          "problem": string;
          "read_until": string;
          "source": string;
          "symbol": string;
        }[];
      };
      "list_mark_sources": { Args: Record<PropertyKey, never>; Returns: Json };
      "list_marks": {
        Args: {
          "account"?: string;
          "bucket"?: string;
          "from_time"?: string;
          "symbol"?: string;
          "to_time"?: string;
        };
        Returns: {
          "close": string;
          "high": string;
          "low": string;
          "marked_symbol": string;
          "open": string;
          "time": string;
        }[];
      };
      "list_notification_channels": { Args: Record<PropertyKey, never>; Returns: Json };
      "list_notifications": {
        Args: { "channel"?: string; "limit"?: number; "status"?: string };
        Returns: Json;
      };
      "list_orders": {
        Args: {
          "account"?: string;
          "before"?: number;
          "in_epoch"?: number;
          "limit"?: number;
          "only_status"?: string;
          "only_strategy"?: string;
          "only_symbol"?: string;
        };
        Returns: {
          "alert_id": string;
          "bracket_id": string;
          "closed_at": string;
          "created_at": string;
          "expires_at": string;
          "id": string;
          "leg": string;
          "limit_price": string;
          "quantity": string;
          "reason": string;
          "reduce_only": boolean;
          "side": string;
          "status": string;
          "stop_price": string;
          "strategy": string;
          "symbol": string;
          "time_in_force": string;
          "trail_amount": string;
          "trail_percent": string;
          "type": string;
          "waiting": boolean;
        }[];
      };
      "list_positions": {
        Args: {
          "account"?: string;
          "after_strategy"?: string;
          "after_symbol"?: string;
          "limit"?: number;
          "only_strategy"?: string;
          "only_symbol"?: string;
        };
        Returns: {
          "average_price": string;
          "cost_basis": string;
          "fees": string;
          "mark": string;
          "marked_at": string;
          "market_value": string;
          "multiplier": string;
          "opened_at": string;
          "quantity": string;
          "rate": string;
          "realized_pnl": string;
          "side": string;
          "strategy": string;
          "symbol": string;
          "unrealized_pnl": string;
          "version": number;
        }[];
      };
      "list_shadow_accounts": {
        Args: { "account"?: string };
        Returns: {
          "behind": number;
          "behind_since": string;
          "differs": Json;
          "equity": string;
          "failed_at": string;
          "failure": string;
          "net_pnl": string;
          "shadow": string;
          "size_factor": string;
        }[];
      };
      "list_trades": {
        Args: {
          "account"?: string;
          "before"?: number;
          "in_epoch"?: number;
          "limit"?: number;
          "only_strategy"?: string;
          "only_symbol"?: string;
        };
        Returns: {
          "closed_at": string;
          "drawdown": string;
          "duration": string;
          "entry_price": string;
          "exit_price": string;
          "fees": string;
          "gross_pnl": string;
          "id": string;
          "mae": string;
          "mfe": string;
          "net_pnl": string;
          "opened_at": string;
          "quantity": string;
          "side": string;
          "strategy": string;
          "symbol": string;
        }[];
      };
      "lock_status": { Args: { "lock_key": string }; Returns: Json };
      "notification_target": { Args: { "channel": string }; Returns: Json };
      "notification_work": { Args: Record<PropertyKey, never>; Returns: Json };
      "performance": {
        Args: {
          "account"?: string;
          "from_time"?: string;
          "in_epoch"?: number;
          "only_strategy"?: string;
          "only_symbol"?: string;
          "to_time"?: string;
        };
        Returns: Record<string, unknown>;
      };
      "portfolio_overview": { Args: { "account"?: string }; Returns: Record<string, unknown> };
      "portfolio_summary": { Args: { "account"?: string }; Returns: Record<string, unknown> };
      "preview_alerts": { Args: { "alerts": Json }; Returns: Json };
      "process_alerts": {
        Args: { "alerts": Json; "wait"?: boolean; "within_ms"?: (number)[] };
        Returns: Json;
      };
      "profit_curve": {
        Args: {
          "account"?: string;
          "bucket"?: string;
          "from_time"?: string;
          "only_strategy"?: string;
          "only_symbol"?: string;
          "to_time"?: string;
        };
        Returns: {
          "drawdown": string;
          "gain": string;
          "net_pnl": string;
          "time": string;
          "trades": number;
        }[];
      };
      "read_metrics": { Args: Record<PropertyKey, never>; Returns: Json };
      "reading_settings": { Args: { "accounts": (string)[] }; Returns: Json };
      "record_cash": {
        Args: {
          "account": string;
          "amount": number;
          "at"?: string;
          "kind": string;
          "note"?: string;
          "strategy"?: string;
          "symbol"?: string;
        };
        Returns: Json;
      };
      "record_marks": {
        Args: { "at": string; "lease": string; "pauses"?: Json; "results": Json };
        Returns: number;
      };
      "record_metrics": {
        Args: {
          "function_name": string;
          "gauges"?: Json;
          "isolate": string;
          "metrics": Json;
          "report": number;
        };
        Returns: boolean;
      };
      "release_lease": { Args: { "fencing_token"?: number; "key": string; "owner": string }; Returns: Json };
      "release_notifications": { Args: { "lease": string }; Returns: number };
      "remove_shadow_account": { Args: { "account": string; "shadow": string }; Returns: Json };
      "renew_lease": {
        Args: { "fencing_token": number; "key": string; "owner": string; "ttl_ms": number };
        Returns: Json;
      };
      "replay_account": { Args: { "account": string; "into": string; "overrides"?: Json }; Returns: Json };
      "resend_notifications": { Args: { "channel": string; "ids"?: (number)[] }; Returns: number };
      "reset_account": { Args: { "account": string; "initial_cash"?: number }; Returns: Json };
      "results": {
        Args: { "account"?: string; "by"?: string; "only_strategy"?: string; "only_symbol"?: string };
        Returns: {
          "fees": string;
          "income": string;
          "name": string;
          "net_pnl": string;
          "open_positions": number;
          "realized_pnl": string;
          "unrealized_pnl": string;
        }[];
      };
      "resume_account": { Args: { "account": string }; Returns: Json };
      "schema_version": { Args: Record<PropertyKey, never>; Returns: string };
      "split": { Args: { "new_units": number; "old_units"?: number; "symbol": string }; Returns: Json };
      "symbol_chart": {
        Args: {
          "account"?: string;
          "bucket"?: string;
          "from_time"?: string;
          "only_strategy"?: string;
          "symbol"?: string;
          "to_time"?: string;
        };
        Returns: {
          "bought": string;
          "buy_price": string;
          "buys": number;
          "close": string;
          "high": string;
          "low": string;
          "open": string;
          "sell_price": string;
          "sells": number;
          "sold": string;
          "time": string;
        }[];
      };
      "system_status": { Args: Record<PropertyKey, never>; Returns: Json };
      "update_account_settings": { Args: { "account": string; "settings": Json }; Returns: Json };
      "update_notification_channel": { Args: { "changes": Json; "channel": string }; Returns: Json };
      "upsert_instrument": {
        Args: {
          "aliases"?: (string)[];
          "allow_nonpositive"?: boolean;
          "lot_size"?: number;
          "multiplier"?: number;
          "quote_currency"?: string;
          "symbol": string;
          "tick_size"?: number;
        };
        Returns: Json;
      };
      "upsert_mark_source": { Args: { "settings": Json; "source": string }; Returns: Json };
      "upsert_shadow_account": {
        Args: {
          "account": string;
          "initial_cash"?: number;
          "settings"?: Json;
          "shadow": string;
          "size_factor"?: number;
        };
        Returns: Json;
      };
      "verify_account": {
        Args: { "account"?: string };
        Returns: {
          "actual": string;
          "expected": string;
          "item": string;
          "strategy": string;
          "symbol": string;
        }[];
      };
      "warm_up": { Args: Record<PropertyKey, never>; Returns: boolean };
      "withdraw": { Args: { "account": string; "amount": number; "note"?: string }; Returns: Json };
    };
    Enums: {
      [_ in never]: never;
    };
    CompositeTypes: {
      [_ in never]: never;
    };
  };
};

import { describe, expect, it } from 'vitest';
import { changed } from './useIntake.ts';

describe('what was typed after a request was sent', () => {
  const before = { channel: 'hotline', title: '停水', text: '一楼停水', area: '439907103001', reporter: { phone: '13812345678' } };
  it('is what differs, and nothing where nothing does', () => {
    expect(changed(before, { ...before })).toBeNull();
    expect(changed(before, { ...before, text: '二楼也停水', grade: 'urgent' })).toEqual({ text: '二楼也停水', grade: 'urgent' });
    expect(changed(before, { ...before, reporter: { name: '张小明', phone: '13812345678' } })).toEqual({ reporter: { name: '张小明', phone: '13812345678' } });
  });
  it('tells what was taken out, and leaves what only a new case takes', () => {
    const { text: _, area: __, ...rest } = before;
    expect(changed(before, rest)).toEqual({ text: '', area: null });
    expect(changed(before, { ...before, channel: 'visit', cameras: ['c1'], workflow: 'default' })).toBeNull();
  });
});
